//! Checks what stands in the database against its own rules, without trusting whoever wrote it.

use crate::entity::{duty_list, duty_record, member, need, need_match, plan, resource, snapshot, work_order};
use crate::kept::Kept;
use crate::tokens::sha256;
use crate::{Desk, Result, SnapshotList};
use domain::{DutyKind, ListStatus, MatchStatus, NeedStatus, OrderStatus, Rating};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

impl Desk {
    /// Everything that is wrong with a year, in words; empty when nothing is. Also says what was checked.
    pub async fn verify(&self, year: i32) -> Result<(Vec<String>, Vec<String>)> {
        let db = self.store.db();
        let (mut checked, mut wrong) = (Vec::new(), Vec::new());
        let standing = plan::Entity::find()
            .filter(plan::Column::Year.eq(year))
            .filter(plan::Column::Standing.eq(true))
            .one(db)
            .await?;
        match standing {
            None => checked.push(format!("{year} 年没有方案")),
            Some(p) => match Kept::read(&p.proof) {
                Err(e) => wrong.push(format!("方案的证书不能读取:{e}")),
                Ok(Kept { instance, solution, .. }) => match domain::verify(&instance, &solution) {
                    Err(v) => wrong.push(format!("方案不成立:{v}")),
                    Ok(v) => {
                        let certificate = if v.optimal { "optimal" } else { "gap" };
                        if certificate != p.certificate
                            || serde_json::to_string(&v.objective)? != p.objective
                            || serde_json::to_string(&v.bound)? != p.bound
                        {
                            wrong.push(format!(
                                "方案记载的证书「{}」与验证所得「{certificate}」或其数值不符",
                                p.certificate
                            ));
                        }
                        let level = |o: &domain::Objective| {
                            format!(
                                "指定 {},紧急 {},满足 {},得分 {}",
                                o.pinned_served, o.urgent_served, o.served, o.score
                            )
                        };
                        let words = if v.optimal { "已证最优" } else { "与上界有差距" };
                        checked.push(format!(
                            "方案:{certificate}({words});达到 {};上界 {}",
                            level(&v.objective),
                            level(&v.bound)
                        ));
                    }
                },
            },
        }
        let lists: HashMap<Uuid, duty_list::Model> = duty_list::Entity::find()
            .filter(duty_list::Column::Year.eq(year))
            .all(db)
            .await?
            .into_iter()
            .map(|l| (l.id, l))
            .collect();
        let mut hashes = 0;
        for s in snapshot::Entity::find().order_by_asc(snapshot::Column::Number).all(db).await? {
            let Some(list) = lists.get(&s.list_id) else { continue };
            hashes += 1;
            if sha256(s.body.as_bytes()) != s.sha256 {
                wrong.push(format!("清单 {} 第 {} 版的内容与发布时的校验值不符", s.number, s.edition));
            }
            match serde_json::from_str::<SnapshotList>(&s.body) {
                Err(e) => wrong.push(format!("清单 {} 第 {} 版不能读取:{e}", s.number, s.edition)),
                Ok(body) => {
                    for i in body.items.iter().filter(|i| i.removal_reason.is_none()) {
                        if i.members.is_empty()
                            || i.resources.is_empty()
                            || i.form.is_empty()
                            || i.expected_result.is_empty()
                            || !(1..=4).contains(&i.quarter)
                        {
                            wrong.push(format!("清单 {} 第 {} 项不完整", s.number, i.seq));
                        }
                    }
                    if list.status != ListStatus::Published && list.edition == s.edition {
                        wrong.push(format!("清单 {} 有快照,却未发布", s.number));
                    }
                }
            }
        }
        checked.push(format!("已发布清单的校验值:{hashes} 份"));

        let held = need_match::Entity::find()
            .filter(need_match::Column::Year.eq(year))
            .filter(need_match::Column::Status.is_in(MatchStatus::HOLDING))
            .all(db)
            .await?;
        let mut by_quarter: HashMap<(Uuid, i32), i32> = HashMap::new();
        let mut by_resource: HashMap<Uuid, i32> = HashMap::new();
        let mut by_member: HashMap<Uuid, i32> = HashMap::new();
        for m in &held {
            *by_quarter.entry((m.resource_id, m.quarter)).or_default() += 1;
            *by_resource.entry(m.resource_id).or_default() += 1;
            *by_member.entry(m.member_id).or_default() += 1;
        }
        for r in resource::Entity::find()
            .filter(resource::Column::Year.eq(year))
            .order_by_asc(resource::Column::Number)
            .all(db)
            .await?
        {
            let quarter = (1..=4).any(|q| by_quarter.get(&(r.id, q)).is_some_and(|n| *n > r.per_quarter));
            if quarter || by_resource.get(&r.id).is_some_and(|n| *n > r.per_year) {
                wrong.push(format!("资源 {} 超过其次数", r.number));
            }
        }
        for m in member::Entity::find().order_by_asc(member::Column::Number).all(db).await? {
            if by_member.get(&m.id).is_some_and(|n| *n > m.yearly_limit) {
                wrong.push(format!("委员 {} 超过全年上限", m.number));
            }
        }
        checked.push(format!("资源与委员的次数:{} 次预留", held.len()));
        self.verify_orders(year, &held, &mut checked, &mut wrong).await?;
        let orphans = need::Entity::find()
            .filter(need::Column::MergedInto.is_not_null())
            .filter(need::Column::Status.ne(NeedStatus::Merged))
            .all(db)
            .await?;
        wrong.extend(orphans.into_iter().map(|n| format!("需求 {} 有并单首件,状态却不是已并单", n.number)));
        Ok((checked, wrong))
    }

    /// One live order a need; a member at work has a confirmed match; what is solved is consumed; the ledger has what was
    /// rated.
    async fn verify_orders(
        &self,
        year: i32,
        held: &[need_match::Model],
        checked: &mut Vec<String>,
        wrong: &mut Vec<String>,
    ) -> Result<()> {
        let db = self.store.db();
        let orders = work_order::Entity::find()
            .filter(work_order::Column::Year.eq(year))
            .order_by_asc(work_order::Column::Number)
            .all(db)
            .await?;
        let held: HashMap<Uuid, MatchStatus> = held.iter().map(|m| (m.id, m.status)).collect();
        let needs: HashMap<Uuid, NeedStatus> = need::Entity::find()
            .filter(need::Column::Year.eq(year))
            .all(db)
            .await?
            .into_iter()
            .map(|n| (n.id, n.status))
            .collect();
        let recorded: HashSet<String> = duty_record::Entity::find()
            .filter(duty_record::Column::Year.eq(year))
            .filter(duty_record::Column::Kind.eq(DutyKind::OrderClosed))
            .all(db)
            .await?
            .into_iter()
            .map(|r| r.source)
            .collect();
        let mut live: HashMap<Uuid, &str> = HashMap::new();
        for o in &orders {
            if o.status.live()
                && let Some(other) = live.insert(o.need_id, &o.number)
            {
                wrong.push(format!("同一需求有两个未办结的单:{other} 与 {}", o.number));
            }
            let of_match = o.match_id.and_then(|m| held.get(&m)).copied();
            let expected = match o.status {
                OrderStatus::Dispatched => &[MatchStatus::Proposed, MatchStatus::Confirmed][..],
                OrderStatus::Resolved | OrderStatus::Closed => &[MatchStatus::Used][..],
                s if s.carried() || s == OrderStatus::Suspended => &[MatchStatus::Confirmed][..],
                _ => &[],
            };
            if !expected.is_empty() && !of_match.is_some_and(|m| expected.contains(&m)) {
                wrong.push(format!("单 {} 是「{}」,其匹配的状态却不符", o.number, o.status.label()));
            }
            let need = needs.get(&o.need_id).copied();
            let at_work = o.status.carried() || o.status == OrderStatus::Suspended;
            if at_work && need != Some(NeedStatus::InProgress) {
                wrong.push(format!("单 {} 正在办理,其需求的状态却不符", o.number));
            }
            let rated = o.rating.is_some_and(|r| r != Rating::NotRated);
            if o.status == OrderStatus::Closed && rated != recorded.contains(&o.number) {
                wrong.push(format!("单 {} 已办结,履职记录与其评价不符", o.number));
            }
        }
        checked.push(format!("单:{} 个,未办结 {} 个", orders.len(), live.len()));
        Ok(())
    }
}
