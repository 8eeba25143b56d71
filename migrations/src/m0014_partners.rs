//! The units that carry an item with the station (共建/协办单位).

use crate::table::{Kind::*, add, col, drop};
use sea_orm_migration::prelude::*;

/// Units of items.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        add(manager, "duty_item", &[col("partners", Text).default("")]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, "duty_item", &["partners"]).await
    }
}
