//! What stands in the list of resources is told from its rows and versions, by an index alone.

use sea_orm_migration::prelude::*;

/// The index that a year's stamp is read from.
#[derive(DeriveMigrationName)]
pub struct Migration;

const STAMP: &str = "resource_stamp";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut index = Index::create();
        index.name(STAMP).table(Alias::new("resource"));
        index.col(Alias::new("year")).col(Alias::new("version"));
        manager.create_index(index.to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name(STAMP).table(Alias::new("resource")).to_owned()).await
    }
}
