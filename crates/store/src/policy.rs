//! The policy under which years are planned: versions of weights and limits, one of them in force.

use crate::city::Basis;
use crate::desk::Event;
use crate::entity::{plan_policy, score_weight};
use crate::explain::{Effect, effect_of};
use crate::import::insert_all;
use crate::{Desk, Error, Result, compute};
use domain::matching::rival;
use domain::matching::score::{FIRST_WEIGHTS, Weights};
use domain::{Action, Limits, PolicyStatus, policy, refusal};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, IntoActiveModel,
    QueryFilter, QueryOrder, Set,
};

/// The terms of a version, as the match takes them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Terms {
    pub weights: Weights,
    /// No member has more units a year, whatever the member's own limit.
    pub member_limit: Option<i32>,
    /// No list has more lines, whatever the station's own limit.
    pub list_limit: Option<i32>,
}

impl Terms {
    pub fn units(&self, own: i32) -> u32 {
        self.member_limit.map_or(own, |l| own.min(l)).max(0) as u32
    }

    pub fn lines(&self, own: i32) -> u32 {
        self.list_limit.map_or(own, |l| own.min(l)).max(0) as u32
    }
}

/// What a new version says.
#[derive(Clone, Debug, Default)]
pub struct PolicyInput {
    /// Points by code; what is left out keeps the points of the version in force.
    pub weights: Vec<(String, i64)>,
    /// Units a year of any member at most.
    pub member_limit: Option<i32>,
    /// Lines of any list at most.
    pub list_limit: Option<i32>,
    /// Why.
    pub note: String,
}

impl Desk {
    pub(crate) async fn terms_in_force<C: ConnectionTrait>(&self, db: &C) -> Result<Terms> {
        let found = plan_policy::Entity::find()
            .filter(plan_policy::Column::Status.eq(PolicyStatus::InForce))
            .one(db)
            .await?;
        match found {
            Some(p) => self.terms_of(db, &p).await,
            None => Ok(Terms::default()),
        }
    }

    pub(crate) async fn terms_of<C: ConnectionTrait>(&self, db: &C, p: &plan_policy::Model) -> Result<Terms> {
        let rows = score_weight::Entity::find()
            .filter(score_weight::Column::Version.eq(p.version))
            .order_by_asc(score_weight::Column::Code)
            .all(db)
            .await?;
        let weights = Weights::new(p.version, rows.into_iter().map(|r| (r.code, r.points)));
        Ok(Terms { weights, member_limit: p.member_limit, list_limit: p.list_limit })
    }

    /// Puts the first version in force where there is none.
    pub async fn first_policy(&self) -> Result<()> {
        self.need_city(Action::Administer)?;
        if plan_policy::Entity::find().one(self.store.db()).await?.is_some() {
            return Ok(());
        }
        let tx = self.store.begin().await?;
        let weights = FIRST_WEIGHTS.iter().map(|(c, p)| ((*c).to_owned(), *p)).collect();
        let input = PolicyInput { weights, note: "初始版本".to_owned(), ..PolicyInput::default() };
        let row = self.write_policy(&tx, &input, PolicyStatus::InForce).await?;
        self.audit_policy(&tx, "PUT_POLICY_IN_FORCE", &row, None).await?;
        self.commit(tx).await
    }

    async fn write_policy(
        &self,
        tx: &DatabaseTransaction,
        input: &PolicyInput,
        status: PolicyStatus,
    ) -> Result<plan_policy::Model> {
        let last = plan_policy::Entity::find().order_by_desc(plan_policy::Column::Version).one(tx).await?;
        let version = last.map_or(0, |p| p.version) + 1;
        let rows = input.weights.iter().map(|(code, points)| {
            score_weight::Model { version, code: code.clone(), points: *points }.into_active_model()
        });
        insert_all(tx, rows.collect()).await?;
        let row = plan_policy::Model {
            version,
            status,
            note: input.note.clone(),
            member_limit: input.member_limit,
            list_limit: input.list_limit,
            made_at: self.at,
            in_force_at: (status == PolicyStatus::InForce).then_some(self.at),
        };
        Ok(row.into_active_model().insert(tx).await?)
    }

    async fn audit_policy(
        &self,
        tx: &DatabaseTransaction,
        action: &str,
        row: &plan_policy::Model,
        reason: Option<String>,
    ) -> Result<()> {
        let detail = serde_json::json!({"version": row.version});
        let event = Event { action, subject: "plan_policy", id: None, workstation: None, detail, reason };
        self.audit(tx, event).await
    }

    /// Every version, the newest first, with its points by code.
    pub async fn policies(&self) -> Result<Vec<(plan_policy::Model, Vec<(String, i64)>)>> {
        self.need_city(Action::ReadLists)?;
        let rows = plan_policy::Entity::find()
            .order_by_desc(plan_policy::Column::Version)
            .all(self.store.db())
            .await?;
        let points = score_weight::Entity::find()
            .order_by_asc(score_weight::Column::Code)
            .all(self.store.db())
            .await?;
        Ok(rows
            .into_iter()
            .map(|p| {
                let mine = points.iter().filter(|w| w.version == p.version);
                let mine = mine.map(|w| (w.code.clone(), w.points)).collect();
                (p, mine)
            })
            .collect())
    }

    /// Drafts a new version from the one in force. Nobody plans under it until it is put in force.
    pub async fn draft_policy(
        &self,
        input: &PolicyInput,
    ) -> Result<(plan_policy::Model, Vec<(String, i64)>)> {
        self.need_city(Action::PlanYear)?;
        policy::check(&input.weights, input.member_limit, input.list_limit)?;
        let note = refusal::text(&input.note, "说明", 200, "note")?;
        let tx = self.store.begin().await?;
        let old = self.terms_in_force(&tx).await?;
        let weights: Vec<(String, i64)> = old
            .weights
            .rows()
            .map(|(code, points)| {
                let new = input.weights.iter().rev().find(|w| w.0 == code);
                (code.to_owned(), new.map_or(points, |w| w.1))
            })
            .collect();
        let input = PolicyInput { weights: weights.clone(), note, ..input.clone() };
        let row = self.write_policy(&tx, &input, PolicyStatus::Draft).await?;
        self.audit_policy(&tx, "DRAFT_POLICY", &row, Some(input.note)).await?;
        self.commit(tx).await?;
        Ok((row, weights))
    }

    async fn policy_row<C: ConnectionTrait>(&self, db: &C, version: i32) -> Result<plan_policy::Model> {
        plan_policy::Entity::find_by_id(version).one(db).await?.ok_or(Error::NotFound("规则版本"))
    }

    /// Puts a version in force; the one before retires. Standing plans stay as they are until the year is planned
    /// again.
    pub async fn put_policy_in_force(
        &self,
        version: i32,
        reason: &str,
    ) -> Result<(plan_policy::Model, Vec<(String, i64)>)> {
        self.need_city(Action::PlanYear)?;
        let reason = refusal::text(reason, "原因", 200, "reason")?;
        let tx = self.store.begin().await?;
        let row = self.policy_row(&tx, version).await?;
        let next = row.status.put_in_force()?;
        let row = self.enforce(&tx, row, next, reason).await?;
        let terms = self.terms_of(&tx, &row).await?;
        self.commit(tx).await?;
        Ok((row, terms.weights.rows().map(|(c, p)| (c.to_owned(), p)).collect()))
    }

    async fn enforce(
        &self,
        tx: &DatabaseTransaction,
        row: plan_policy::Model,
        next: PolicyStatus,
        reason: String,
    ) -> Result<plan_policy::Model> {
        plan_policy::Entity::update_many()
            .col_expr(plan_policy::Column::Status, Expr::value(PolicyStatus::Retired.code()))
            .filter(plan_policy::Column::Status.eq(PolicyStatus::InForce))
            .exec(tx)
            .await?;
        let mut row = row.into_active_model();
        row.status = Set(next);
        row.in_force_at = Set(Some(self.at));
        let row = row.update(tx).await?;
        self.audit_policy(tx, "PUT_POLICY_IN_FORCE", &row, Some(reason)).await?;
        Ok(row)
    }

    /// Weights of a scenario become a version of their own, in force at once.
    pub(crate) async fn adopt_weights(
        &self,
        tx: &DatabaseTransaction,
        weights: &[(String, i64)],
        note: &str,
    ) -> Result<()> {
        let old = self.terms_in_force(tx).await?;
        let points =
            |code: &str, points: i64| weights.iter().rev().find(|w| w.0 == code).map_or(points, |w| w.1);
        let input = PolicyInput {
            weights: old.weights.rows().map(|(c, p)| (c.to_owned(), points(c, p))).collect(),
            member_limit: old.member_limit,
            list_limit: old.list_limit,
            note: note.to_owned(),
        };
        let row = self.write_policy(tx, &input, PolicyStatus::Draft).await?;
        let next = row.status.put_in_force()?;
        self.enforce(tx, row, next, note.to_owned()).await?;
        Ok(())
    }

    /// What a year planned from nothing under a version would be, against the version in force. Nothing is written.
    pub async fn dry_run(&self, version: i32, year: i32) -> Result<Effect> {
        self.need_city(Action::ReadLists)?;
        let db = self.store.db();
        let row = self.policy_row(db, version).await?;
        let (now, then) = (self.terms_in_force(db).await?, self.terms_of(db, &row).await?);
        let before = self.load_on(db, year, None, Basis::Afresh, now).await?;
        let after = self.load_on(db, year, None, Basis::Afresh, then).await?;
        compute(move || {
            let c = rival::compare(&before.city, &after.city, &Limits::default())?;
            Ok(effect_of(&c, &after))
        })
        .await?
    }
}
