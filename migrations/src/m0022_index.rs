//! What is read by its station, member, cluster or lead is found by an index that knows all that is asked: without
//! statistics SQLite rather reads the whole year by the two columns of another one.

use sea_orm_migration::prelude::*;

/// Indexes for what is read of one list.
#[derive(DeriveMigrationName)]
pub struct Migration;

const NEW: [(&str, &str, &[&str]); 7] = [
    ("need_match_by_member", "need_match", &["member_id", "year", "status"]),
    ("need_match_by_station", "need_match", &["workstation_id", "year", "status"]),
    ("resource_by_station", "resource", &["workstation_id", "year", "status"]),
    ("need_by_station", "need", &["workstation_id", "year", "status"]),
    ("work_order_by_station", "work_order", &["workstation_id", "year", "status"]),
    ("assignment_by_cluster", "assignment", &["cluster_id"]),
    ("duty_item_by_lead", "duty_item", &["joint_of"]),
];

/// Those that begin alike and say less.
const OLD: [(&str, &str, &[&str]); 5] = [
    ("need_match_4", "need_match", &["member_id"]),
    ("need_match_5", "need_match", &["workstation_id", "status"]),
    ("resource_4", "resource", &["workstation_id"]),
    ("need_3", "need", &["workstation_id", "status"]),
    ("work_order_2", "work_order", &["workstation_id", "status"]),
];

async fn exchange(
    manager: &SchemaManager<'_>,
    come: &[(&str, &'static str, &[&'static str])],
    go: &[(&str, &'static str, &[&'static str])],
) -> Result<(), DbErr> {
    for (name, table, columns) in come {
        let mut index = Index::create();
        index.name(*name).table(Alias::new(*table));
        for column in *columns {
            index.col(Alias::new(*column));
        }
        manager.create_index(index.to_owned()).await?;
    }
    for (name, table, _) in go {
        manager.drop_index(Index::drop().name(*name).table(Alias::new(*table)).to_owned()).await?;
    }
    Ok(())
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        exchange(manager, &NEW, &OLD).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        exchange(manager, &OLD, &NEW).await
    }
}
