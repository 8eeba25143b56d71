//! The link with a constituent through which a need came (界别群众联系 as a source of needs).

use crate::table::{Kind::*, add, col, drop};
use sea_orm_migration::prelude::*;

/// Links of needs.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        add(manager, "need", &[col("constituent_link_id", Uuid).null()]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, "need", &["constituent_link_id"]).await
    }
}
