//! How rare words are among what is offered in a year: counted when the list changes, not while somebody waits.

use crate::entity::resource;
use crate::{Desk, Result};
use domain::ResourceStatus;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use std::sync::Arc;
use text::relevance::{Rarity, Words};

/// What words were counted of: a year, its rows and the sum of their versions. No row goes, and every change raises a
/// version: two states of the list never have the same.
pub(crate) type Stamp = (i32, i64, i64);

impl Desk {
    /// How rare words are among the resources that a year offers; counted again only when these are others. Not for a
    /// transaction that has changed them itself: what is undone must not be remembered.
    pub(crate) async fn rarity<C: ConnectionTrait>(&self, db: &C, year: i32) -> Result<Arc<Rarity>> {
        let (rows, versions) = resource::Entity::find()
            .select_only()
            .column_as(resource::Column::Version.count(), "rows")
            .column_as(resource::Column::Version.sum(), "versions")
            .filter(resource::Column::Year.eq(year))
            .into_tuple::<(i64, Option<i64>)>()
            .one(db)
            .await?
            .unwrap_or_default();
        let stamp = (year, rows, versions.unwrap_or(0));
        if let Some(rarity) = self.store.rarity_held(stamp) {
            return Ok(rarity);
        }
        let rarity = self.rarity_counted(db, year).await?;
        self.store.hold_rarity(stamp, rarity.clone());
        Ok(rarity)
    }

    /// The same, counted now.
    pub(crate) async fn rarity_counted<C: ConnectionTrait>(&self, db: &C, year: i32) -> Result<Arc<Rarity>> {
        let texts = resource::Entity::find()
            .select_only()
            .columns([resource::Column::Title, resource::Column::Description])
            .filter(resource::Column::Year.eq(year))
            .filter(resource::Column::Status.is_in(ResourceStatus::ON_OFFER))
            .into_tuple::<(String, String)>()
            .all(db)
            .await?;
        let words: Vec<Words> = texts.iter().map(|(title, text)| Words::new(title, text)).collect();
        Ok(Arc::new(Rarity::new(&words)))
    }
}
