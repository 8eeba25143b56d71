//! A convener's mark on a need that was brought in bad faith or again and again.

use crate::table::{Kind::*, add, col, drop};
use sea_orm_migration::prelude::*;

/// Marks of needs.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        add(manager, "need", &[col("mark", Text).null(), col("mark_note", Text).null()]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, "need", &["mark", "mark_note"]).await
    }
}
