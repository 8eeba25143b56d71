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
            Some(once_key::Model { response: Some(response), .. }) => Ok(Once::Done(response)),
            Some(_) => Ok(Once::Unknown),
            None => {
                *self.once.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(key);
                Ok(Once::New)
            }
        }
    }

    /// Keeps the answer to a key that was used.
    pub async fn end_once(&self, key: &str, request: &str, response: &str) -> Result<()> {
        once_key::Entity::update_many()
            .col_expr(once_key::Column::Response, Expr::value(response))
            .filter(once_key::Column::Key.eq(hashed(&self.viewer, key, request)))
            .exec(self.store.db())
            .await?;
        Ok(())
    }
}
