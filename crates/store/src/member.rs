//! Members' offices: on leave, back, gone. Their orders stay until somebody reassigns them.

use crate::desk::{Event, same_version};
use crate::entity::{assignment, member, token};
use crate::{Desk, Error, Result};
use domain::{Action, AssignmentRole, MemberAction, MemberStatus, Refusal, Role, refusal};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, Set,
};
use uuid::Uuid;

impl Desk {
    /// Moves a member's office. Leave is the member's own to take, or entered by a convener of a station where the
    /// member serves, or by the city; who leaves for good is the city's to say. Open orders stay the member's until they
    /// are reassigned: [`Desk::orphaned_orders`] has them. The tokens of a member who has left open no door any more.
    pub async fn move_member(
        &self,
        id: Uuid,
        expected: i32,
        action: MemberAction,
        reason: &str,
    ) -> Result<member::Model> {
        let reason = refusal::text(reason, "原因", 200, "reason")?;
        let tx = self.store.begin().await?;
        let m = self.member_row(&tx, id).await?;
        let homes = self.homes(&tx, id).await?;
        let city = self.need_city(Action::Administer);
        if action == MemberAction::Leave {
            city?;
        } else if city.is_err() {
            let own = self.viewer.person == Some(id);
            if !own && !homes.iter().any(|s| self.may(Action::DecideResource, *s)) {
                return Err(self.not_here(&homes));
            }
        }
        let next = m.status.apply(action)?;
        same_version(expected, m.version, vec!["status"])?;
        let before = m.status;
        let mut row = m.into_active_model();
        row.status = Set(next);
        row.version = Set(expected + 1);
        let m = row.update(&tx).await?;
        if next == MemberStatus::Left {
            token::Entity::update_many()
                .col_expr(token::Column::ExpiresAt, Expr::value(self.at))
                .filter(token::Column::PersonId.eq(id))
                .filter(token::Column::Role.eq(Role::Member))
                .exec(&tx)
                .await?;
        }
        let event = Event {
            action: action.code(),
            subject: "member",
            id: Some(id),
            workstation: homes.first().copied(),
            detail: serde_json::json!({"number": m.number, "before": before.code(), "after": next.code()}),
            reason: Some(reason),
        };
        self.audit(&tx, event).await?;
        self.commit(tx).await?;
        Ok(m)
    }

    /// Members are public; whoever has nothing to say about one is told who has.
    fn not_here(&self, homes: &[Uuid]) -> Error {
        if homes.iter().any(|s| self.may(Action::ReadLists, *s)) {
            return self.not_allowed(Action::DecideResource).into();
        }
        let words = "该委员不在您的工作站,请由委员本人、其入站的召集人或市政协办理。";
        Refusal::new("NOT_ALLOWED", words).into()
    }

    /// Stations where a member serves today, in the order in which that began.
    async fn homes(&self, tx: &DatabaseTransaction, member: Uuid) -> Result<Vec<Uuid>> {
        Ok(assignment::Entity::find()
            .filter(assignment::Column::PersonId.eq(member))
            .filter(assignment::Column::Role.eq(AssignmentRole::ResidentMember))
            .filter(assignment::Column::ToDate.is_null().or(assignment::Column::ToDate.gt(self.today())))
            .order_by_asc(assignment::Column::Id)
            .all(tx)
            .await?
            .into_iter()
            .filter_map(|a| a.workstation_id)
            .collect())
    }
}
