//! Files that show what was done: kept by the hash of their content, sealed, checked by their bytes, pictures without what
//! the camera wrote into them.

use crate::desk::{Event, same_version};
use crate::entity::{evidence, file_content, work_order};
use crate::picture::plain;
use crate::tokens::sha256;
use crate::{Desk, Error, Result};
use domain::evidence::{FILES, check_file};
use domain::{Action, EvidenceMoment, OrderStatus, Refusal, refusal};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, DatabaseTransaction, EntityTrait, IntoActiveModel,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Set,
};
use uuid::Uuid;

/// Bytes of a file at most.
pub const FILE: usize = 10 << 20;

/// Whether an order is still being worked on, or waits for the requester's word.
fn open(status: OrderStatus) -> bool {
    status.carried() || matches!(status, OrderStatus::Resolved | OrderStatus::Suspended)
}

impl Desk {
    /// Files that the viewer may see: the station's and the member's own all, others those that a person has checked.
    fn files_in_sight(&self) -> Condition {
        let orders = work_order::Entity::find()
            .select_only()
            .column(work_order::Column::Id)
            .filter(self.orders_in_sight());
        let seen = Condition::all().add(evidence::Column::OrderId.in_subquery(orders.into_query()));
        if self.reach(Action::CarryOrder) == domain::Reach::Nothing {
            return seen.add(evidence::Column::Approved.eq(true));
        }
        seen
    }

    /// Files of orders, the oldest first; those that were taken away are left out.
    pub async fn evidence_of(&self, orders: &[Uuid]) -> Result<Vec<evidence::Model>> {
        Ok(evidence::Entity::find()
            .filter(evidence::Column::OrderId.is_in(orders.iter().copied()))
            .filter(evidence::Column::Removed.is_null())
            .filter(self.files_in_sight())
            .order_by_asc(evidence::Column::Id)
            .all(self.store.db())
            .await?)
    }

    /// A file's content, for those who may see it.
    pub async fn evidence_file(&self, id: Uuid) -> Result<(evidence::Model, Vec<u8>)> {
        let db = self.store.db();
        let e = evidence::Entity::find_by_id(id)
            .filter(evidence::Column::Removed.is_null())
            .filter(self.files_in_sight())
            .one(db)
            .await?
            .ok_or(Error::NotFound("文件"))?;
        let content = file_content::Entity::find_by_id(e.sha256.clone())
            .one(db)
            .await?
            .ok_or(Error::NotFound("文件"))?;
        let clear = self.unseal(e.sha256.as_bytes(), &content.sealed)?;
        Ok((e, clear))
    }

    async fn audit_evidence(
        &self,
        tx: &DatabaseTransaction,
        e: &evidence::Model,
        action: &str,
        reason: Option<String>,
    ) -> Result<()> {
        let event = Event {
            action,
            subject: "evidence",
            id: Some(e.id),
            workstation: Some(e.workstation_id),
            detail: serde_json::json!({"sha256": e.sha256, "kind": e.kind.code(), "order": e.order_id}),
            reason,
        };
        self.audit(tx, event).await
    }

    /// Adds a file to an order that is at work or waits for the requester's word. The same file of the same moment again
    /// is the one that is there.
    pub async fn add_evidence(
        &self,
        order: Uuid,
        moment: EvidenceMoment,
        said: &str,
        bytes: &[u8],
    ) -> Result<evidence::Model> {
        let found = infer::get(bytes).map(|t| t.mime_type());
        let kind = check_file(said, found, bytes.len())?;
        if bytes.len() > FILE {
            let words = format!("文件超过 {} MB,请压缩后再上传。", FILE >> 20);
            return Err(Refusal::new("FILE_SIZE", words).at("file").into());
        }
        let bytes = &plain(kind, bytes)?[..];
        let tx = self.store.begin().await?;
        let o = work_order::Entity::find_by_id(order).one(&tx).await?.ok_or(Error::NotFound("单"))?;
        self.need(Action::CarryOrder, o.workstation_id, o.lead_id)?;
        self.open_year(&tx, o.year).await?;
        if !open(o.status) {
            let words = format!("单现在是「{}」,不能再加文件;办理中和回访前的单可以。", o.status.label());
            return Err(Refusal::new("ORDER_STATE", words).into());
        }
        let hash = sha256(bytes);
        let files = || {
            evidence::Entity::find()
                .filter(evidence::Column::OrderId.eq(order))
                .filter(evidence::Column::Removed.is_null())
        };
        let same = files()
            .filter(evidence::Column::Sha256.eq(hash.as_str()))
            .filter(evidence::Column::Moment.eq(moment))
            .one(&tx)
            .await?;
        if let Some(there) = same {
            return Ok(there);
        }
        if files().count(&tx).await? >= FILES {
            let words = format!("一单最多 {FILES} 个文件,请先移除不需要的。");
            return Err(Refusal::new("FILE_COUNT", words).at("file").into());
        }
        if file_content::Entity::find_by_id(hash.clone()).one(&tx).await?.is_none() {
            let sealed = self.seal(hash.as_bytes(), bytes)?;
            let row = file_content::Model { sha256: hash.clone(), bytes: bytes.len() as i32, sealed };
            row.into_active_model().insert(&tx).await?;
        }
        let row = evidence::Model {
            id: self.id(),
            order_id: order,
            workstation_id: o.workstation_id,
            sha256: hash,
            kind,
            bytes: bytes.len() as i32,
            moment,
            added_on: self.today(),
            approved: false,
            removed: None,
            version: 1,
        };
        let row = row.into_active_model().insert(&tx).await?;
        self.audit_evidence(&tx, &row, "ADD", None).await?;
        self.commit(tx).await?;
        Ok(row)
    }

    /// A convener has looked at a file: no faces, plates or names that do not belong there; others may see it now.
    pub async fn approve_evidence(&self, id: Uuid, expected: i32) -> Result<evidence::Model> {
        let tx = self.store.begin().await?;
        let e = self.evidence_for(&tx, id, Action::DecideOrder, expected).await?;
        let mut row = e.into_active_model();
        row.approved = Set(true);
        row.version = Set(expected + 1);
        let row = row.update(&tx).await?;
        self.audit_evidence(&tx, &row, "APPROVE", None).await?;
        self.commit(tx).await?;
        Ok(row)
    }

    /// Takes a file away, with a reason. Its content goes with the last order that shows it. What an order was closed on
    /// is a convener's to take away, not of who has done the work.
    pub async fn remove_evidence(&self, id: Uuid, expected: i32, reason: &str) -> Result<evidence::Model> {
        let reason = refusal::text(reason, "原因", 200, "reason")?;
        let tx = self.store.begin().await?;
        let e = self.evidence_for(&tx, id, Action::CarryOrder, expected).await?;
        let row = self.take_away(&tx, e, reason).await?;
        self.commit(tx).await?;
        Ok(row)
    }

    /// Takes a file away; its content goes with the last that has it.
    pub(crate) async fn take_away(
        &self,
        tx: &DatabaseTransaction,
        e: evidence::Model,
        reason: String,
    ) -> Result<evidence::Model> {
        let (hash, version) = (e.sha256.clone(), e.version + 1);
        let mut row = e.into_active_model();
        row.removed = Set(Some(reason.clone()));
        row.version = Set(version);
        let row = row.update(tx).await?;
        let others = evidence::Entity::find()
            .filter(evidence::Column::Sha256.eq(hash.as_str()))
            .filter(evidence::Column::Removed.is_null());
        if others.count(tx).await? == 0 {
            file_content::Entity::delete_by_id(hash).exec(tx).await?;
        }
        self.audit_evidence(tx, &row, "REMOVE", Some(reason)).await?;
        Ok(row)
    }

    async fn evidence_for(
        &self,
        tx: &DatabaseTransaction,
        id: Uuid,
        right: Action,
        expected: i32,
    ) -> Result<evidence::Model> {
        let e = evidence::Entity::find_by_id(id)
            .filter(evidence::Column::Removed.is_null())
            .one(tx)
            .await?
            .ok_or(Error::NotFound("文件"))?;
        let o = work_order::Entity::find_by_id(e.order_id).one(tx).await?.ok_or(Error::NotFound("单"))?;
        let right = if open(o.status) { right } else { Action::DecideOrder };
        self.need(right, e.workstation_id, o.lead_id)?;
        self.open_year(tx, o.year).await?;
        same_version(expected, e.version, vec!["approved"])?;
        Ok(e)
    }
}
