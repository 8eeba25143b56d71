//! The duty ledger (履职记录): written by what is finished and rated, taken back by further entries, told by statements.

use crate::desk::Event;
use crate::entity::{duty_record, member, need, work_order};
use crate::import::insert_all;
use crate::{Desk, Error, OrderFilter, Page, Result};
use domain::{Action, DutyKind, DutyRole, Refusal, ledger, refusal};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use uuid::Uuid;

/// A member's year in the ledger: what stands of it, and what it was counted from.
#[derive(Clone, Debug)]
pub struct DutyStatement {
    /// A line a kind and part, in their order.
    pub lines: Vec<DutyLine>,
    /// Every entry in order of time, those that were taken back and those that took them back among them.
    pub records: Vec<duty_record::Model>,
}

/// What a member did of a kind, in a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DutyLine {
    /// What.
    pub kind: DutyKind,
    /// In which part.
    pub role: DutyRole,
    /// Different needs (件).
    pub needs: usize,
    /// Times (件次).
    pub times: usize,
    /// Times that were entered and taken back.
    pub reversed: usize,
}

/// A member's orders of a year for print (《委员年度接单表》, domain.md §12).
#[derive(Clone, Debug)]
pub struct MemberSheet {
    /// Year.
    pub year: i32,
    /// Number and name.
    pub member: String,
    /// The orders, by number.
    pub lines: Vec<MemberSheetLine>,
}

/// An order on a member's sheet.
#[derive(Clone, Debug)]
pub struct MemberSheetLine {
    /// The order.
    pub order: work_order::Model,
    /// Station.
    pub station: String,
    /// Need.
    pub need_number: String,
    /// Its title.
    pub need_title: String,
    /// Lead or co-member.
    pub role: DutyRole,
    /// Whether its entry in the ledger stands; none before it was finished and rated.
    pub stands: Option<bool>,
}

impl DutyStatement {
    fn of(records: Vec<duty_record::Model>) -> DutyStatement {
        // The last turn of an event says whether it stands.
        let mut events: BTreeMap<(DutyKind, DutyRole, &str), (i32, Option<Uuid>)> = BTreeMap::new();
        for r in &records {
            let last = events.entry((r.kind, r.role, r.source.as_str())).or_insert((r.turn, r.need_id));
            last.0 = last.0.max(r.turn);
        }
        let mut lines: BTreeMap<(DutyKind, DutyRole), (BTreeSet<Uuid>, usize, usize)> = BTreeMap::new();
        for ((kind, role, _), (turn, need)) in events {
            let (needs, times, reversed) = lines.entry((kind, role)).or_default();
            if ledger::stands(turn) {
                needs.extend(need);
                *times += 1;
            } else {
                *reversed += 1;
            }
        }
        let lines = lines
            .into_iter()
            .map(|((kind, role), (needs, times, reversed))| DutyLine {
                kind,
                role,
                needs: needs.len(),
                times,
                reversed,
            })
            .collect();
        DutyStatement { lines, records }
    }
}

impl Desk {
    /// What was finished and rated is written once for each member: the order, and its sessions.
    pub(crate) async fn keep_in_ledger(
        &self,
        tx: &DatabaseTransaction,
        o: &work_order::Model,
        carriers: &[Uuid],
    ) -> Result<()> {
        let sessions = self.sessions_in(tx, o.id).await?;
        let sources = sessions.iter().map(|s| s.id.to_string()).chain([o.number.clone()]);
        let known: HashSet<(Uuid, DutyKind, String)> = duty_record::Entity::find()
            .filter(duty_record::Column::MemberId.is_in(carriers.iter().copied()))
            .filter(duty_record::Column::Source.is_in(sources))
            .all(tx)
            .await?
            .into_iter()
            .map(|r| (r.member_id, r.kind, r.source))
            .collect();
        let mut rows = Vec::new();
        for member in carriers {
            let role = if Some(*member) == o.lead_id { DutyRole::Lead } else { DutyRole::Co };
            let events = [(DutyKind::OrderClosed, o.number.clone(), self.today())]
                .into_iter()
                .chain(sessions.iter().map(|s| (DutyKind::Session, s.id.to_string(), s.held_on)));
            for (kind, source, occurred_on) in events {
                if !known.contains(&(*member, kind, source.clone())) {
                    let row = duty_record::Model {
                        id: self.id(),
                        year: o.year,
                        member_id: *member,
                        workstation_id: o.workstation_id,
                        kind,
                        role,
                        source,
                        need_id: Some(o.need_id),
                        occurred_on,
                        reverses: None,
                        turn: 1,
                        reason: None,
                        person_id: None,
                    };
                    rows.push(row.into_active_model());
                }
            }
        }
        insert_all(tx, rows).await
    }

    /// A member's ledger of a year, in order of time: the member's own, or for those who see the stations.
    pub async fn duty_records(&self, year: i32, member: Uuid) -> Result<Vec<duty_record::Model>> {
        if self.viewer.person != Some(member) && self.reach(Action::ReadDashboard) == domain::Reach::Nothing {
            return Ok(Vec::new());
        }
        let mut q = duty_record::Entity::find()
            .filter(duty_record::Column::Year.eq(year))
            .filter(duty_record::Column::MemberId.eq(member));
        if self.viewer.person != Some(member) {
            q = q.filter(self.in_sight(duty_record::Column::WorkstationId, None));
        }
        Ok(q.order_by_asc(duty_record::Column::OccurredOn)
            .order_by_asc(duty_record::Column::Id)
            .all(self.store.db())
            .await?)
    }

    /// A member's statement (履职情况) of a year: the ledger with its sums, as far as the viewer sees it.
    pub async fn statement(&self, year: i32, member: Uuid) -> Result<DutyStatement> {
        Ok(DutyStatement::of(self.duty_records(year, member).await?))
    }

    /// A member's orders of a year with what the ledger says of them, as far as the viewer sees them.
    pub async fn member_sheet(&self, year: i32, member: &member::Model) -> Result<MemberSheet> {
        let filter = OrderFilter { year, member: Some(member.id), ..OrderFilter::default() };
        let mut orders = Vec::new();
        let mut page = Page::first(500);
        loop {
            let slice = self.orders(&filter, &page).await?;
            page.after = slice.rows.last().map(|r| r.0.clone());
            orders.extend(slice.rows.into_iter().map(|r| r.1));
            if !slice.next {
                break;
            }
        }
        let needs: HashMap<Uuid, need::Model> = self
            .needs_by_id(&orders.iter().map(|o| o.need_id).collect::<Vec<_>>())
            .await?
            .into_iter()
            .map(|n| (n.id, n))
            .collect();
        let stations: HashMap<Uuid, String> = self
            .workstations_by_id(&orders.iter().map(|o| o.workstation_id).collect::<Vec<_>>())
            .await?
            .into_iter()
            .map(|s| (s.id, s.name))
            .collect();
        let mut turns: HashMap<String, i32> = HashMap::new();
        for r in self.duty_records(year, member.id).await? {
            let last = turns.entry(r.source).or_default();
            *last = r.turn.max(*last);
        }
        let lines = orders
            .into_iter()
            .map(|order| {
                let need = needs.get(&order.need_id);
                MemberSheetLine {
                    station: stations.get(&order.workstation_id).cloned().unwrap_or_default(),
                    need_number: need.map(|n| n.number.clone()).unwrap_or_default(),
                    need_title: need.map(|n| n.title.clone()).unwrap_or_default(),
                    role: if order.lead_id == Some(member.id) { DutyRole::Lead } else { DutyRole::Co },
                    stands: turns.get(&order.number).map(|t| ledger::stands(*t)),
                    order,
                }
            })
            .collect();
        Ok(MemberSheet { year, member: format!("{} {}", member.number, member.name), lines })
    }

    /// Takes an entry back (冲销) by a further one, with a reason: nothing in the ledger is changed or deleted. Or enters
    /// again (恢复) what was taken back, by naming the entry that took it back; nobody does that for their own work.
    pub async fn correct_duty_record(
        &self,
        id: Uuid,
        reverse: bool,
        reason: &str,
    ) -> Result<duty_record::Model> {
        let reason = refusal::text(reason, "原因", 200, "reason")?;
        let tx = self.store.begin().await?;
        let r = duty_record::Entity::find_by_id(id).one(&tx).await?.ok_or(Error::NotFound("履职记录"))?;
        self.need(Action::DecideOrder, r.workstation_id, Some(r.member_id))?;
        self.open_year(&tx, r.year).await?;
        if !reverse && self.viewer.person == Some(r.member_id) {
            let words = "不能恢复自己的履职记录,请由本站其他召集人办理。";
            return Err(Refusal::new("OWN_WORK", words).into());
        }
        let last = duty_record::Entity::find()
            .filter(duty_record::Column::MemberId.eq(r.member_id))
            .filter(duty_record::Column::Kind.eq(r.kind))
            .filter(duty_record::Column::Source.eq(r.source.as_str()))
            .order_by_desc(duty_record::Column::Turn)
            .one(&tx)
            .await?
            .map_or(r.turn, |l| l.turn);
        ledger::check_turn(r.turn, last, reverse)?;
        let row = duty_record::Model {
            id: self.id(),
            occurred_on: self.today(),
            reverses: reverse.then_some(r.id),
            turn: r.turn + 1,
            reason: Some(reason.clone()),
            person_id: self.viewer.person,
            ..r
        };
        let row = row.into_active_model().reset_all().insert(&tx).await?;
        let event = Event {
            action: if reverse { "REVERSE" } else { "RESTORE" },
            subject: "duty_record",
            id: Some(row.id),
            workstation: Some(row.workstation_id),
            detail: serde_json::json!({"kind": row.kind.code(), "source": row.source, "turn": row.turn}),
            reason: Some(reason),
        };
        self.audit(&tx, event).await?;
        self.commit(tx).await?;
        Ok(row)
    }
}
