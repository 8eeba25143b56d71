//! What a service needs beside the lists: jobs, and idempotency keys that have been used.

use crate::table::{Kind::*, Table, col, table};
use sea_orm_migration::prelude::*;

/// Jobs and idempotency keys.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in tables() {
            table.create(manager).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in tables().iter().rev() {
            table.drop(manager).await?;
        }
        Ok(())
    }
}

fn tables() -> Vec<Table> {
    vec![
        table(
            "job",
            &[
                col("id", Uuid).key(),
                col("year", Int),
                col("workstation_id", Uuid).null().to("workstation"),
                col("status", Text),
                col("plan_id", Uuid).null().to("plan"),
                col("message", Text).null(),
                col("person_id", Uuid).null(),
                col("asked_at", Time),
                col("ended_at", Time).null(),
            ],
        )
        .index(&["status"]),
        table("once_key", &[col("key", Text).key(), col("response", Blob).null(), col("at", Time)])
            .index(&["at"]),
    ]
}
