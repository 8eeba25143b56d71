//! The vault: requesters' names and telephones, sealed, apart from everything else (domain.md §11).

use crate::desk::{Event, same_version};
use crate::entity::{need, vault_access, vault_contact};
use crate::import::insert_all;
use crate::{Desk, Error, Result};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use domain::{Action, Refusal};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, IntoActiveModel,
    QueryFilter,
};
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
        let mut rows = Vec::with_capacity(contacts.len());
        for (need_id, name, phone) in contacts {
            let sealed = self.seal(need_id.as_bytes(), &serde_json::to_vec(&(name, phone))?)?;
            rows.push(vault_contact::Model { id: self.id(), need_id, sealed }.into_active_model());
        }
        insert_all(db, rows).await
    }

    /// Name and telephone of a need's requester. Each reading is logged with its purpose.
    pub async fn read_contact(&self, need_id: Uuid, purpose: &str) -> Result<(String, String)> {
        let purpose = domain::privacy::mask(&domain::refusal::text(purpose, "用途", 200, "purpose")?);
        let tx = self.store.begin().await?;
        let need = need::Entity::find_by_id(need_id).one(&tx).await?.ok_or(Error::NotFound("需求"))?;
        self.need(Action::ReadContact, need.workstation_id, None)?;
        let contact = vault_contact::Entity::find()
            .filter(vault_contact::Column::NeedId.eq(need_id))
            .one(&tx)
            .await?
            .ok_or(Error::NotFound("联系方式"))?;
        if contact.sealed.is_empty() {
            let words = "该诉求人的联系方式已按规定删除,不能再查看;如需联系,请通过社区另行联系。";
            return Err(Refusal::new("CONTACT_ERASED", words).into());
        }
        vault_access::Model {
            id: self.id(),
            contact_id: contact.id,
            person: self.viewer.person,
            role: self.viewer.role,
            purpose: purpose.clone(),
            at: self.at,
        }
        .into_active_model()
        .insert(&tx)
        .await?;
        let event = Event {
            action: "READ_CONTACT",
            subject: "need",
            id: Some(need_id),
            workstation: Some(need.workstation_id),
            detail: serde_json::json!({"need": need.number}),
            reason: Some(purpose),
        };
        self.audit(&tx, event).await?;
        self.commit(tx).await?;
        Ok(serde_json::from_slice(&self.unseal(need_id.as_bytes(), &contact.sealed)?)?)
    }

    /// Erases the contact of a need's requester (domain.md §11; PIPL art. 47), here and in every year into or from which
    /// the need was carried over, and masks what the needs' own texts say of persons. Nothing brings it back, so a
    /// reason is asked for. Lists, hashes and counts never held it; the log of its readings stays. A closed year does
    /// not stand in the way.
    pub async fn erase_contact(&self, need_id: Uuid, expected: i32, reason: &str) -> Result<need::Model> {
        let reason = domain::privacy::mask(&domain::refusal::text(reason, "原因", 200, "reason")?);
        let tx = self.store.begin().await?;
        let asked = need::Entity::find_by_id(need_id).one(&tx).await?.ok_or(Error::NotFound("需求"))?;
        self.need(Action::ReadContact, asked.workstation_id, None)?;
        same_version(expected, asked.version, vec!["version"])?;
        let after = self.erase_in(&tx, asked, &reason).await?;
        self.commit(tx).await?;
        after.into_iter().find(|n| n.id == need_id).ok_or(Error::NotFound("需求"))
    }

    /// Erases the contacts of a need's chain of years, for a reason of the office's own; gives the needs.
    pub(crate) async fn erase_chain(&self, need_id: Uuid, reason: &str) -> Result<Vec<Uuid>> {
        let tx = self.store.begin().await?;
        let need = need::Entity::find_by_id(need_id).one(&tx).await?.ok_or(Error::NotFound("需求"))?;
        let after = self.erase_in(&tx, need, reason).await?;
        self.commit(tx).await?;
        Ok(after.into_iter().map(|n| n.id).collect())
    }

    async fn erase_in(
        &self,
        tx: &DatabaseTransaction,
        asked: need::Model,
        reason: &str,
    ) -> Result<Vec<need::Model>> {
        let chain = chain_of(tx, asked).await?;
        let erased = vault_contact::Entity::update_many()
            .col_expr(vault_contact::Column::Sealed, Expr::value(Vec::<u8>::new()))
            .filter(vault_contact::Column::NeedId.is_in(chain.iter().map(|n| n.id)))
            .filter(vault_contact::Column::Sealed.ne(Vec::<u8>::new()))
            .exec(tx)
            .await?;
        if erased.rows_affected == 0 {
            return Err(Refusal::new("NO_CONTACT", "该需求没有保存联系方式,无须删除。").into());
        }
        let mut after = Vec::new();
        for n in chain {
            let mask = domain::privacy::mask;
            let masked = need::Model {
                title: mask(&n.title),
                description: mask(&n.description),
                place: n.place.as_deref().map(mask),
                mark_note: n.mark_note.as_deref().map(mask),
                personal_data: false,
                version: n.version + 1,
                ..n
            };
            let event = Event {
                action: "ERASE_CONTACT",
                subject: "need",
                id: Some(masked.id),
                workstation: Some(masked.workstation_id),
                detail: serde_json::json!({"number": masked.number}),
                reason: Some(reason.to_owned()),
            };
            self.audit(tx, event).await?;
            after.push(masked.into_active_model().reset_all().update(tx).await?);
        }
        Ok(after)
    }

    /// Encrypts what nobody may read in the database, bound to what it belongs to.
    pub(crate) fn seal(&self, belongs_to: &[u8], clear: &[u8]) -> Result<Vec<u8>> {
        let mut nonce = [0u8; NONCE];
        getrandom::fill(&mut nonce).map_err(|e| Error::Fault(format!("random: {e}")))?;
        let sealed = XChaCha20Poly1305::new(&Key::from(*self.store.key()))
            .encrypt(&XNonce::from(nonce), Payload { msg: clear, aad: belongs_to })
            .map_err(|_| Error::Fault("the vault cannot seal".into()))?;
        Ok([&nonce[..], &sealed].concat())
    }

    /// Decrypts what [`Self::seal`] encrypted.
    pub(crate) fn unseal(&self, belongs_to: &[u8], sealed: &[u8]) -> Result<Vec<u8>> {
        let Some((nonce, sealed)) = sealed.split_first_chunk::<NONCE>() else {
            return Err(Error::Fault("what was sealed is too short".into()));
        };
        let payload = Payload { msg: sealed, aad: belongs_to };
        XChaCha20Poly1305::new(&Key::from(*self.store.key()))
            .decrypt(&XNonce::from(*nonce), payload)
            .map_err(|_| Refusal::new("VAULT_KEY", "保险库的密钥与这份数据不符,请检查密钥文件。").into())
    }
}

/// A need with those of other years that it goes on from or that go on from it: one a year.
async fn chain_of<C: ConnectionTrait>(db: &C, asked: need::Model) -> Result<Vec<need::Model>> {
    let mut from = asked.carried_from;
    let mut last = asked.id;
    let mut chain = vec![asked];
    while let Some(id) = from {
        let Some(earlier) = need::Entity::find_by_id(id).one(db).await? else { break };
        from = earlier.carried_from;
        chain.push(earlier);
    }
    let later = |id: Uuid| need::Entity::find().filter(need::Column::CarriedFrom.eq(id));
    while let Some(n) = later(last).one(db).await? {
        last = n.id;
        chain.push(n);
    }
    Ok(chain)
}
