//! Settings of this database: what the office sets, and what the program keeps for itself.

use crate::desk::Event;
use crate::entity::setting;
use crate::{Desk, Result};
use domain::{Action, OfficeSetting};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, EntityTrait, IntoActiveModel};

fn key(which: OfficeSetting) -> String {
    which.code().to_ascii_lowercase()
}

async fn write<C: ConnectionTrait>(db: &C, key: &str, value: &str) -> Result<()> {
    let row = setting::Model { key: key.to_owned(), value: value.to_owned() }.into_active_model();
    let there = OnConflict::column(setting::Column::Key).update_column(setting::Column::Value).to_owned();
    setting::Entity::insert(row).on_conflict(there).exec_without_returning(db).await?;
    Ok(())
}

impl Desk {
    /// A text that the program keeps.
    pub async fn setting(&self, key: &str) -> Result<Option<String>> {
        Ok(setting::Entity::find_by_id(key).one(self.store.db()).await?.map(|s| s.value))
    }

    /// Writes it.
    pub async fn set_setting(&self, key: &str, value: &str) -> Result<()> {
        self.need_city(Action::Administer)?;
        write(self.store.db(), key, value).await
    }

    /// A number as the office has set it, or its default.
    pub async fn office_setting(&self, which: OfficeSetting) -> Result<u32> {
        self.office_setting_on(self.store.db(), which).await
    }

    /// The same on a transaction's own connection: another one may never come while writers wait on all of them.
    pub(crate) async fn office_setting_on<C: ConnectionTrait>(
        &self,
        db: &C,
        which: OfficeSetting,
    ) -> Result<u32> {
        let set = setting::Entity::find_by_id(key(which)).one(db).await?.map(|s| s.value);
        let kept = set.and_then(|s| s.parse().ok()).filter(|n| which.check(*n).is_ok());
        Ok(kept.unwrap_or(which.default()))
    }

    /// Sets a number of the office.
    pub async fn set_office_setting(&self, which: OfficeSetting, value: u32) -> Result<()> {
        self.need_city(Action::Administer)?;
        which.check(value)?;
        let tx = self.store.begin().await?;
        let before = self.office_setting_on(&tx, which).await?;
        write(&tx, &key(which), &value.to_string()).await?;
        let event = Event {
            action: "SET",
            subject: "setting",
            id: None,
            workstation: None,
            detail: serde_json::json!({"setting": which.code(), "before": before, "after": value}),
            reason: None,
        };
        self.audit(&tx, event).await?;
        self.commit(tx).await
    }
}
