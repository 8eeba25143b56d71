//! Webhooks and what goes out to them.

use crate::table::{Kind::*, Table, col, table};
use sea_orm_migration::prelude::*;

/// Webhooks with their outbox.
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
            "webhook",
            &[
                col("id", Uuid).key(),
                col("url", Text),
                col("events", Text),
                col("workstation_id", Uuid).null().to("workstation"),
                col("sealed", Blob),
                col("made_at", Time),
                col("ended_at", Time).null(),
                col("version", Int),
            ],
        ),
        table(
            "outbox",
            &[
                col("id", Uuid).key(),
                col("webhook_id", Uuid).to("webhook"),
                col("event", Text),
                col("body", Text),
                col("at", Time),
                col("attempts", Int),
                col("next_at", Time).null(),
                col("delivered_at", Time).null(),
                col("last_error", Text).null(),
            ],
        )
        .index(&["next_at"])
        .index(&["webhook_id"]),
    ]
}
