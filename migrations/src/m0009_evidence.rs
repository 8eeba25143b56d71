//! Files that show what was done.

use crate::table::{Kind::*, Table, col, table};
use sea_orm_migration::prelude::*;

/// Evidence as files.
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
        table("file_content", &[col("sha256", Text).key(), col("bytes", Int), col("sealed", Blob)]),
        table(
            "evidence",
            &[
                col("id", Uuid).key(),
                col("order_id", Uuid).to("work_order"),
                col("workstation_id", Uuid).to("workstation"),
                col("sha256", Text),
                col("kind", Text),
                col("bytes", Int),
                col("moment", Text),
                col("added_on", Date),
                col("approved", Bool),
                col("removed", Text).null(),
                col("version", Int),
            ],
        )
        .index(&["order_id"])
        .index(&["sha256"]),
    ]
}
