//! Idempotency: a mutation that is sent twice with the same key is done once.

use crate::desk::Viewer;
use crate::entity::once_key;
use crate::tokens::sha256;
use crate::{Desk, Result};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

/// What is known of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Once {
    /// Not used yet.
    New,
    /// Done, with this answer.
    Done(String),
    /// Done, but the answer was lost.
    Unknown,
}

fn hashed(viewer: &Viewer, key: &str, request: &str) -> String {
    let parts = [viewer.role.code(), &viewer.person.map_or(String::new(), |p| p.to_string()), key, request];
    // Lengths keep the parts apart.
    let text: String = parts.iter().map(|p| format!("{}:{p}", p.len())).collect();
    sha256(text.as_bytes())
}

impl Desk {
    /// What is known of a key with this request; a new one is written down with the first change.
    pub async fn begin_once(&self, key: &str, request: &str) -> Result<Once> {
        let key = hashed(&self.viewer, key, request);
        match once_key::Entity::find_by_id(key.clone()).one(self.store.db()).await? {
            Some(once_key::Model { response: Some(sealed), .. }) => {
                let clear = self.unseal(key.as_bytes(), &sealed)?;
                Ok(Once::Done(String::from_utf8_lossy(&clear).into_owned()))
            }
            Some(_) => Ok(Once::Unknown),
            None => {
                *self.once.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(key);
                Ok(Once::New)
            }
        }
    }

    /// Keeps the answer to a key that was used, sealed: it may hold what only its viewer may read. Keys are forgotten
    /// after a day.
    pub async fn end_once(&self, key: &str, request: &str, response: &str) -> Result<()> {
        let key = hashed(&self.viewer, key, request);
        let sealed = self.seal(key.as_bytes(), response.as_bytes())?;
        once_key::Entity::update_many()
            .col_expr(once_key::Column::Response, Expr::value(sealed))
            .filter(once_key::Column::Key.eq(key))
            .exec(self.store.db())
            .await?;
        once_key::Entity::delete_many()
            .filter(once_key::Column::At.lt(self.at - chrono::Duration::days(1)))
            .exec(self.store.db())
            .await?;
        Ok(())
    }
}
