//! Capacities that are to be cut below what is reserved.

use crate::table::{Kind::*, Table, col, table};
use sea_orm_migration::prelude::*;

/// Cuts of capacities.
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
            "capacity_cut",
            &[
                col("id", Uuid).key(),
                col("resource_id", Uuid).to("resource"),
                col("workstation_id", Uuid).to("workstation"),
                col("per_quarter", Int),
                col("per_year", Int),
                col("matches", Text),
                col("reason", Text),
                col("status", Text),
                col("answer", Text).null(),
                col("proposed_by", Uuid).null(),
                col("proposed_on", Date),
                col("version", Int),
            ],
        )
        .index(&["workstation_id", "status"])
        .index(&["resource_id"]),
    ]
}
