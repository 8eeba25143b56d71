//! How co-members came to help: by a match of their own, or named by the convener.

use crate::table::{Kind::*, add, col, drop};
use sea_orm_migration::prelude::*;

/// Source of co-members.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        add(manager, "co_member", &[col("source", Text).default("MATCH")]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, "co_member", &["source"]).await
    }
}
