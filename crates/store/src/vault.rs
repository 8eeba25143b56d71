//! The vault: requesters' names and telephones, sealed, apart from everything else (domain.md §11).

use crate::entity::{need, vault_access, vault_contact};
use crate::import::insert_all;
use crate::{Desk, Error, Result};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use domain::{Action, Refusal};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter};
use uuid::Uuid;

/// Bytes of a nonce of XChaCha20.
const NONCE: usize = 24;

impl Desk {
    /// Seals contacts: (need, name, telephone). The need's id is bound to the ciphertext.
    pub(crate) async fn seal_contacts<C: ConnectionTrait>(
        &self,
        db: &C,
        contacts: Vec<(Uuid, String, String)>,
    ) -> Result<()> {
        let cipher = XChaCha20Poly1305::new(&Key::from(*self.store.key()));
        let mut rows = Vec::with_capacity(contacts.len());
        for (need_id, name, phone) in contacts {
            let mut nonce = [0u8; NONCE];
            getrandom::fill(&mut nonce).map_err(|e| Error::Fault(format!("random: {e}")))?;
            let clear = serde_json::to_vec(&(name, phone))?;
            let payload = Payload { msg: &clear, aad: need_id.as_bytes() };
            let sealed = cipher
                .encrypt(&XNonce::from(nonce), payload)
                .map_err(|_| Error::Fault("the vault cannot seal".into()))?;
            let sealed = [&nonce[..], &sealed].concat();
            rows.push(vault_contact::Model { id: self.id(), need_id, sealed }.into_active_model());
        }
        insert_all(db, rows).await
    }

    /// Name and telephone of a need's requester. Each reading is logged with its purpose.
    pub async fn read_contact(&self, need_id: Uuid, purpose: &str) -> Result<(String, String)> {
        let purpose = domain::refusal::text(purpose, "用途", 200, "purpose")?;
        let tx = self.store.begin().await?;
        let need = need::Entity::find_by_id(need_id).one(&tx).await?.ok_or(Error::NotFound("需求"))?;
        self.need(Action::ReadContact, need.workstation_id, None)?;
        let contact = vault_contact::Entity::find()
            .filter(vault_contact::Column::NeedId.eq(need_id))
            .one(&tx)
            .await?
            .ok_or(Error::NotFound("联系方式"))?;
        vault_access::Model {
            id: self.id(),
            contact_id: contact.id,
            person: self.viewer.person,
            role: self.viewer.role,
            purpose,
            at: self.at,
        }
        .into_active_model()
        .insert(&tx)
        .await?;
        self.commit(tx).await?;
        let (Some(nonce), Some(sealed)) = (contact.sealed.get(..NONCE), contact.sealed.get(NONCE..)) else {
            return Err(Error::Fault("a sealed contact is too short".into()));
        };
        let cipher = XChaCha20Poly1305::new(&Key::from(*self.store.key()));
        let nonce: [u8; NONCE] = nonce.try_into().map_err(|_| Error::Fault("nonce".into()))?;
        let clear = cipher
            .decrypt(&XNonce::from(nonce), Payload { msg: sealed, aad: need_id.as_bytes() })
            .map_err(|_| Refusal::new("VAULT_KEY", "保险库的密钥与这份数据不符,请检查密钥文件。"))?;
        Ok(serde_json::from_slice(&clear)?)
    }
}
