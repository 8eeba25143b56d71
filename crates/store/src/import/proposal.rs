//! Proposals, by number; what became of a clue goes on to its need.

use super::{Report, RowError, insert_all, repeated, unknown};
use crate::entity::{clue, proposal};
use crate::{ClueNews, Desk, Error, Result};
use chrono::NaiveDate;
use domain::{ClueStatus, ResultClass};
use sea_orm::{ActiveModelTrait, DatabaseTransaction, EntityTrait, IntoActiveModel};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// A proposal (提案).
#[derive(Clone, Debug)]
pub struct NewProposal {
    /// Row of the file.
    pub row: usize,
    /// 提案编号.
    pub number: String,
    /// 案由.
    pub title: String,
    /// 提案者.
    pub proposer: String,
    /// 立案.
    pub filed: bool,
    /// 不予立案原因.
    pub reason: Option<String>,
    /// 承办单位.
    pub handling_unit: Option<String>,
    /// 办理结果.
    pub result_class: Option<ResultClass>,
    /// 办复日期.
    pub replied_on: Option<NaiveDate>,
    /// 办复内容.
    pub reply: Option<String>,
    /// 线索编号.
    pub clue: Option<String>,
}

impl Desk {
    /// Proposals of a year, by number. A proposal that names its clue takes the clue with it: filed, not filed, replied;
    /// and with the reply its need.
    pub async fn import_proposals(&self, year: i32, rows: Vec<NewProposal>, dry_run: bool) -> Result<Report> {
        self.whole("proposals", dry_run, async |tx, report| {
            self.open_year(tx, year).await?;
            let old: HashMap<String, proposal::Model> =
                proposal::Entity::find().all(tx).await?.into_iter().map(|p| (p.number.clone(), p)).collect();
            let clues: HashMap<String, clue::Model> =
                clue::Entity::find().all(tx).await?.into_iter().map(|c| (c.number.clone(), c)).collect();
            let mut taken: HashMap<Uuid, String> =
                old.values().filter_map(|p| Some((p.clue_id?, p.number.clone()))).collect();
            let mut numbers = BTreeSet::new();
            let (mut new, mut changed, mut news) = (Vec::new(), Vec::new(), Vec::new());
            for r in rows {
                if !numbers.insert(r.number.clone()) {
                    report.errors.push(repeated(r.row, "提案编号", &r.number));
                    continue;
                }
                let mut wrong = |column: &'static str, value: &str, expected: String| {
                    report.errors.push(RowError { row: r.row, column, value: value.to_owned(), expected });
                };
                if !r.filed && r.result_class.is_some() {
                    wrong("办理结果", "", "未立案的提案没有办理结果,请核对「立案」一列".to_owned());
                }
                if !r.filed && r.reason.is_none() {
                    wrong("不予立案原因", "", "为空,未立案的请填写原因".to_owned());
                }
                if r.result_class.is_some() && r.reply.is_none() {
                    wrong("办复内容", "", "为空,已办复的请填写".to_owned());
                }
                let c = match &r.clue {
                    None => None,
                    Some(number) => match clues.get(number) {
                        Some(c) => Some(c),
                        None => {
                            report.errors.push(unknown(
                                r.row,
                                "线索编号",
                                number,
                                "线索编号",
                                "应为如 XC-015-2026-C-0003 的编号",
                            ));
                            continue;
                        }
                    },
                };
                if let Some(c) = c {
                    let first = taken.entry(c.id).or_insert_with(|| r.number.clone());
                    if *first != r.number {
                        wrong("线索编号", &c.number, format!("已由提案 {first} 采用,一条线索只成一件提案"));
                        continue;
                    }
                    news.push((r.row, c.clone(), r.clone()));
                }
                let before = old.get(&r.number);
                let row = proposal::Model {
                    id: before.map_or_else(|| self.id(), |o| o.id),
                    number: r.number,
                    year: before.map_or(year, |o| o.year),
                    title: r.title,
                    proposer: r.proposer,
                    filed: r.filed,
                    handling_unit: r.handling_unit,
                    result_class: r.result_class,
                    replied_on: r.replied_on,
                    reply: r.reply,
                    reason: r.reason,
                    clue_id: c.map(|c| c.id).or(before.and_then(|o| o.clue_id)),
                    version: before.map_or(1, |o| o.version),
                };
                match before {
                    Some(o) if *o == row => report.unchanged += 1,
                    Some(o) => changed.push(proposal::Model { version: o.version + 1, ..row }),
                    None => new.push(row.into_active_model()),
                }
            }
            if !report.errors.is_empty() {
                return Ok(());
            }
            report.created = new.len();
            report.updated = changed.len();
            insert_all(tx, new).await?;
            for row in changed {
                row.into_active_model().reset_all().update(tx).await?;
            }
            for (row, c, r) in news {
                if let Err(e) = self.bring_on(tx, c, &r).await {
                    let Error::Refused(why) = e else { return Err(e) };
                    let expected = why.into_iter().map(|w| w.message).collect::<Vec<_>>().join(";");
                    let value = r.clue.clone().unwrap_or_default();
                    report.errors.push(RowError { row, column: "线索编号", value, expected });
                }
            }
            Ok(())
        })
        .await
    }

    /// Brings a clue to where its proposal is, step by step.
    async fn bring_on(&self, tx: &DatabaseTransaction, c: clue::Model, r: &NewProposal) -> Result<()> {
        let news = |status| ClueNews {
            status,
            proposal_number: Some(r.number.clone()),
            result_class: r.result_class,
            reply: r.reply.clone(),
            reason: r.reason.clone(),
        };
        let mut c = c;
        if c.status == ClueStatus::Submitted {
            let to = if r.filed { ClueStatus::Filed } else { ClueStatus::NotFiled };
            c = self.go_clue(tx, c, &news(to)).await?;
        }
        if r.result_class.is_some() && c.status == ClueStatus::Filed {
            self.go_clue(tx, c, &news(ClueStatus::Replied)).await?;
        }
        Ok(())
    }
}
