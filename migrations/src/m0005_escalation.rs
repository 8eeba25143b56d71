//! The ladder of needs without resource, and proposal clues.

use crate::table::{Kind::*, Table, col, table};
use sea_orm_migration::prelude::*;

/// The ladder and the clues.
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
            "ladder_step",
            &[
                col("id", Uuid).key(),
                col("need_id", Uuid).to("need"),
                col("workstation_id", Uuid).to("workstation"),
                col("step", Text),
                col("target", Text).null(),
                col("unit", Text).null(),
                col("asked_on", Date),
                col("answered_on", Date).null(),
                col("answer", Text).null(),
                col("words", Text).null(),
            ],
        )
        .index(&["need_id"]),
        table(
            "clue",
            &[
                col("id", Uuid).key(),
                col("number", Text).unique(),
                col("year", Int),
                col("need_id", Uuid).to("need"),
                col("workstation_id", Uuid).to("workstation"),
                col("person_id", Uuid).to("person"),
                col("body", Text),
                col("status", Text),
                col("submitted_on", Date),
                col("proposal_number", Text).null(),
                col("result_class", Text).null(),
                col("reply", Text).null(),
                col("reason", Text).null(),
                col("version", Int),
            ],
        )
        .index(&["year", "status"])
        .index(&["need_id"]),
    ]
}
