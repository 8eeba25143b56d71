//! 联建共建: stations that open their resources to each other, by agreement of both conveners.

use crate::desk::{Event, same_version};
use crate::entity::{category, partnership, workstation};
use crate::{Desk, Error, Result};
use chrono::NaiveDate;
use domain::{Action, PartnershipScope, PartnershipStatus, Refusal, refusal};
use sea_orm::sea_query::ExprTrait;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait,
    IntoActiveModel, QueryFilter, QueryOrder, Set,
};
use std::collections::BTreeSet;
use uuid::Uuid;

/// A partnership as it is proposed.
#[derive(Clone, Debug)]
pub struct NewPartner {
    /// The station that proposes it.
    pub station: Uuid,
    /// The other.
    pub partner: Uuid,
    /// Whose resources it opens to whose needs.
    pub scope: PartnershipScope,
    /// Codes of the classes that it is for; empty: all.
    pub categories: Vec<String>,
    /// Number of the agreement.
    pub agreement_no: String,
    /// First day.
    pub from: NaiveDate,
    /// Day after the last.
    pub to: Option<NaiveDate>,
}

/// The classes that a partnership is for; none: all.
pub(crate) fn classes(p: &partnership::Model) -> impl Iterator<Item = &str> {
    p.categories.split(',').filter(|c| !c.is_empty())
}

impl Desk {
    /// Partnerships that hold today.
    pub(crate) async fn partnerships_in_force<C: ConnectionTrait>(
        &self,
        db: &C,
    ) -> Result<Vec<partnership::Model>> {
        use partnership::Column as C;
        Ok(partnership::Entity::find()
            .filter(C::Status.eq(PartnershipStatus::Agreed))
            .filter(C::FromDate.lte(self.today()))
            .filter(C::ToDate.is_null().or(C::ToDate.gt(self.today())))
            .order_by_asc(C::Id)
            .all(db)
            .await?)
    }

    /// Partnerships of the stations in sight, or of one of them, the oldest first.
    pub async fn partnerships(&self, station: Option<Uuid>) -> Result<Vec<partnership::Model>> {
        use partnership::Column as C;
        let mut q = partnership::Entity::find().filter(
            Condition::any()
                .add(self.in_sight(C::WorkstationId, None))
                .add(self.in_sight(C::PartnerId, None)),
        );
        if let Some(station) = station {
            q = q.filter(C::WorkstationId.eq(station).or(C::PartnerId.eq(station)));
        }
        Ok(q.order_by_asc(C::Id).all(self.store.db()).await?)
    }

    async fn audit_partnership(
        &self,
        tx: &DatabaseTransaction,
        p: &partnership::Model,
        action: &str,
        reason: Option<String>,
    ) -> Result<()> {
        let event = Event {
            action,
            subject: "partnership",
            id: Some(p.id),
            workstation: Some(p.workstation_id),
            detail: serde_json::json!({"agreement": p.agreement_no, "status": p.status.code()}),
            reason,
        };
        self.audit(tx, event).await
    }

    /// Proposes a partnership to another station; it holds when that station's convener agrees.
    pub async fn propose_partnership(&self, input: &NewPartner) -> Result<partnership::Model> {
        let tx = self.store.begin().await?;
        self.need(Action::Partner, input.station, None)?;
        let other = workstation::Entity::find_by_id(input.partner).one(&tx).await?;
        let other = other.filter(|w| w.closed_on.is_none()).ok_or(Error::NotFound("工作站"))?;
        if other.id == input.station {
            return Err(Refusal::new("SELF", "不能与本站共建,请选择另一个工作站。").at("partnerId").into());
        }
        if let Some(to) = input.to.filter(|to| *to <= input.from) {
            let words = format!("终止日 {to} 不晚于起始日 {},请核对。", input.from);
            return Err(Refusal::new("DATE", words).at("to").into());
        }
        let wanted: BTreeSet<String> = input.categories.iter().map(|c| c.trim().to_owned()).collect();
        let known: BTreeSet<String> = category::Entity::find()
            .filter(category::Column::Code.is_in(wanted.iter().cloned()))
            .all(&tx)
            .await?
            .into_iter()
            .map(|c| c.code)
            .collect();
        if let Some(code) = wanted.iter().find(|c| !known.contains(*c)) {
            let words = format!("没有代码为「{code}」的类别,请从类别表中选择。");
            return Err(Refusal::new("CATEGORY", words).at("categories").into());
        }
        let row = partnership::Model {
            id: self.id(),
            workstation_id: input.station,
            partner_id: input.partner,
            agreement_no: refusal::text(&input.agreement_no, "协议编号", 50, "agreementNo")?,
            from_date: input.from,
            to_date: input.to,
            scope: input.scope,
            categories: wanted.into_iter().collect::<Vec<_>>().join(","),
            status: PartnershipStatus::Proposed,
            reason: None,
            version: 1,
        };
        let row = row.into_active_model().insert(&tx).await?;
        self.audit_partnership(&tx, &row, "PROPOSE", None).await?;
        self.commit(tx).await?;
        Ok(row)
    }

    /// The other station's convener agrees to a partnership, or not and says why; either ends it, with a reason. What is
    /// on lists already stays there.
    pub async fn move_partnership(
        &self,
        id: Uuid,
        expected: i32,
        to: PartnershipStatus,
        reason: Option<&str>,
    ) -> Result<partnership::Model> {
        let tx = self.store.begin().await?;
        let p = partnership::Entity::find_by_id(id).one(&tx).await?.ok_or(Error::NotFound("共建"))?;
        // The one that proposed it does not agree to it for the other.
        let ends =
            to == PartnershipStatus::Ended && self.need(Action::Partner, p.workstation_id, None).is_ok();
        if !ends {
            self.need(Action::Partner, p.partner_id, None)?;
        }
        same_version(expected, p.version, vec!["status"])?;
        let next = p.status.go(to)?;
        let reason = match next {
            PartnershipStatus::Agreed => None,
            _ => Some(refusal::text(reason.unwrap_or(""), "原因", 200, "reason")?),
        };
        let mut row = p.into_active_model();
        row.status = Set(next);
        row.reason = Set(reason.clone());
        row.version = Set(expected + 1);
        if next == PartnershipStatus::Ended {
            row.to_date = Set(Some(self.today()));
        }
        let row = row.update(&tx).await?;
        self.audit_partnership(&tx, &row, next.code(), reason).await?;
        self.commit(tx).await?;
        Ok(row)
    }
}
