//! The duty ledger takes entries back by further entries: an event has turns.

use crate::table::{Kind::*, add, col, drop};
use sea_orm_migration::prelude::*;

/// Reversing entries.
#[derive(DeriveMigrationName)]
pub struct Migration;

/// The index that `m0004_orders` made first for the table: once for a member and event.
const ONCE: &str = "duty_record_1";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = [
            col("turn", Int).default("1"),
            col("reason", Text).null(),
            // Who entered it; null for what the program writes when an order is closed.
            col("person_id", Uuid).null(),
        ];
        add(manager, "duty_record", &columns).await?;
        once(manager, &["member_id", "kind", "source", "turn"]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // One entry an event again: its first.
        let later = Query::delete()
            .from_table(Alias::new("duty_record"))
            .and_where(Expr::col(Alias::new("turn")).gt(1))
            .to_owned();
        manager.execute(later).await?;
        once(manager, &["member_id", "kind", "source"]).await?;
        drop(manager, "duty_record", &["turn", "reason", "person_id"]).await
    }
}

/// No combination of these columns twice, instead of the one that was.
async fn once(manager: &SchemaManager<'_>, columns: &[&'static str]) -> Result<(), DbErr> {
    let table = Alias::new("duty_record");
    manager.drop_index(Index::drop().name(ONCE).table(table.clone()).to_owned()).await?;
    let mut index = Index::create();
    index.name(ONCE).table(table).unique();
    for column in columns {
        index.col(Alias::new(*column));
    }
    manager.create_index(index.to_owned()).await
}
