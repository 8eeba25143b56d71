//! Orders of the hotline 12345, and what its words mean here.

use crate::table::{Kind::*, Table, col, table};
use sea_orm_migration::prelude::*;

/// The hotline's orders and words.
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
            "hotline_order",
            &[
                col("need_id", Uuid).key().to("need"),
                col("number", Text).unique(),
                col("kind", Text),
                col("class", Text).null(),
                col("labels", Text).null(),
                col("district", Text).null(),
                col("township", Text).null(),
                col("village", Text).null(),
                col("channel", Text).null(),
                col("enterprise", Text).null(),
                col("nature", Text).null(),
            ],
        ),
        table(
            "hotline_term",
            &[col("field", Text).key(), col("word", Text).key(), col("seq", Int), col("meaning", Text)],
        ),
    ]
}
