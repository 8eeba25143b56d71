//! Versions of the policy, scenarios, and the rank of a suggestion among its candidates.

use crate::table::{Kind::*, Table, add, col, drop, table};
use sea_orm_migration::prelude::*;

/// Versions of the policy, scenarios, ranks.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in tables() {
            table.create(manager).await?;
        }
        // The weights of an older database become its first versions, the newest of them in force.
        manager
            .get_connection()
            .execute_unprepared(
                "INSERT INTO plan_policy (version, status, note, made_at) \
                 SELECT version, CASE WHEN version = (SELECT MAX(version) FROM score_weight) \
                 THEN 'IN_FORCE' ELSE 'RETIRED' END, '初始版本', CURRENT_TIMESTAMP \
                 FROM score_weight GROUP BY version",
            )
            .await?;
        add(manager, "need_match", &[col("rank", Int).null(), col("candidates", Int).null()]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, "need_match", &["rank", "candidates"]).await?;
        for table in tables().iter().rev() {
            table.drop(manager).await?;
        }
        Ok(())
    }
}

fn tables() -> Vec<Table> {
    vec![
        table(
            "plan_policy",
            &[
                col("version", Int).key(),
                col("status", Text),
                col("note", Text),
                col("member_limit", Int).null(),
                col("list_limit", Int).null(),
                col("made_at", Time),
                col("in_force_at", Time).null(),
            ],
        ),
        table(
            "scenario",
            &[
                col("id", Uuid).key(),
                col("year", Int),
                col("name", Text),
                col("changes", Text),
                col("status", Text),
                col("person_id", Uuid).null().to("person"),
                col("made_at", Time),
                col("version", Int),
            ],
        )
        .index(&["year"]),
    ]
}
