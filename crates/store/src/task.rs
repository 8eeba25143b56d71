//! Tasks of the year's plan (1+4+N): tags of items, and how far the lists cover the plan.

use crate::desk::{Event, same_version};
use crate::entity::{duty_item, duty_list, item_task, need, plan_task};
use crate::import::insert_all;
use crate::{Desk, Result};
use domain::{Action, NeedStatus, Refusal};
use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait, Func, SimpleExpr};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, FromQueryResult, IntoActiveModel, JoinType, QueryFilter,
    QueryOrder, QuerySelect, Set,
};
use std::collections::HashMap;
use uuid::Uuid;

/// How far a task is covered.
#[derive(Clone, Debug)]
pub struct TaskCoverage {
    /// The task.
    pub task: plan_task::Model,
    /// Items of published lists that serve it (件次).
    pub items: i64,
    /// Needs behind them (件).
    pub needs: i64,
    /// Stations that have one.
    pub stations: i64,
    /// Items whose need was closed.
    pub done: i64,
}

#[derive(FromQueryResult)]
struct Line {
    task_id: Uuid,
    items: i64,
    needs: i64,
    stations: i64,
    done: Option<i64>,
}

impl Desk {
    /// Tasks of a year, by code. Public.
    pub async fn tasks(&self, year: i32) -> Result<Vec<plan_task::Model>> {
        Ok(plan_task::Entity::find()
            .filter(plan_task::Column::Year.eq(year))
            .order_by_asc(plan_task::Column::Code)
            .all(self.store.db())
            .await?)
    }

    /// Tasks that items serve: (item, task), by code. The items are in sight already.
    pub async fn tasks_of(&self, items: &[Uuid]) -> Result<Vec<(Uuid, plan_task::Model)>> {
        let db = self.store.db();
        let joins = item_task::Entity::find()
            .filter(item_task::Column::ItemId.is_in(items.iter().copied()))
            .all(db)
            .await?;
        let tasks = plan_task::Entity::find()
            .filter(plan_task::Column::Id.is_in(joins.iter().map(|j| j.task_id)))
            .order_by_asc(plan_task::Column::Code)
            .all(db)
            .await?;
        let of = |t: &plan_task::Model| -> Vec<Uuid> {
            joins.iter().filter(|j| j.task_id == t.id).map(|j| j.item_id).collect()
        };
        Ok(tasks.into_iter().flat_map(|t| of(&t).into_iter().map(move |i| (i, t.clone()))).collect())
    }

    /// Says which tasks an item serves. A tag is no part of what is signed and printed, so it may change at any time.
    pub async fn tag_item(&self, id: Uuid, expected: i32, codes: &[String]) -> Result<duty_item::Model> {
        let tx = self.store.begin().await?;
        let (item, list) = self.item_for(&tx, id, Action::EditList).await?;
        same_version(expected, item.version, vec!["tasks"])?;
        let known: HashMap<String, Uuid> = plan_task::Entity::find()
            .filter(plan_task::Column::Year.eq(list.year))
            .all(&tx)
            .await?
            .into_iter()
            .map(|t| (t.code, t.id))
            .collect();
        let mut tasks = Vec::new();
        for code in codes {
            let Some(task) = known.get(code.trim()) else {
                let words = format!("{} 年的计划没有代码为「{code}」的任务,请先导入或核对。", list.year);
                return Err(Refusal::new("TASK", words).at("tasks").into());
            };
            tasks.push(*task);
        }
        tasks.sort_unstable();
        tasks.dedup();
        item_task::Entity::delete_many().filter(item_task::Column::ItemId.eq(id)).exec(&tx).await?;
        let rows = tasks.iter().map(|t| item_task::Model { item_id: id, task_id: *t }.into_active_model());
        insert_all(&tx, rows.collect()).await?;
        let mut row = item.into_active_model();
        row.version = Set(expected + 1);
        let item = row.update(&tx).await?;
        let event = Event {
            action: "TAG",
            subject: "duty_item",
            id: Some(id),
            workstation: Some(list.workstation_id),
            detail: serde_json::json!({"tasks": codes}),
            reason: None,
        };
        self.audit(&tx, event).await?;
        self.commit(tx).await?;
        Ok(item)
    }

    /// How far published lists cover the plan of a year; a task that nobody serves has zeros. Two statements.
    pub async fn task_coverage(&self, year: i32, district: Option<&str>) -> Result<Vec<TaskCoverage>> {
        use duty_item::Column as I;
        let tasks = self.tasks(year).await?;
        let closed: SimpleExpr = CaseStatement::new()
            .case(Expr::col((need::Entity, need::Column::Status)).eq(NeedStatus::Closed.code()), 1)
            .finally(0)
            .into();
        let distinct =
            |c: I| -> SimpleExpr { Func::count_distinct(Expr::col((duty_item::Entity, c))).into() };
        let lines: Vec<Line> = item_task::Entity::find()
            .select_only()
            .column(item_task::Column::TaskId)
            .column_as(distinct(I::Id), "items")
            .column_as(distinct(I::NeedId), "needs")
            .column_as(distinct(I::WorkstationId), "stations")
            .column_as(SimpleExpr::from(Func::sum(closed)), "done")
            .join(
                JoinType::InnerJoin,
                item_task::Entity::belongs_to(duty_item::Entity)
                    .from(item_task::Column::ItemId)
                    .to(I::Id)
                    .into(),
            )
            .join(
                JoinType::InnerJoin,
                duty_item::Entity::belongs_to(duty_list::Entity)
                    .from(I::ListId)
                    .to(duty_list::Column::Id)
                    .into(),
            )
            .join(
                JoinType::InnerJoin,
                duty_item::Entity::belongs_to(need::Entity).from(I::NeedId).to(need::Column::Id).into(),
            )
            .filter(I::Removed.eq(false))
            .filter(duty_list::Column::Year.eq(year))
            .filter(duty_list::Column::Edition.gt(0))
            .filter(I::WorkstationId.in_subquery(self.figured(district)?))
            .group_by(item_task::Column::TaskId)
            .into_model()
            .all(self.store.db())
            .await?;
        let lines: HashMap<Uuid, Line> = lines.into_iter().map(|l| (l.task_id, l)).collect();
        Ok(tasks
            .into_iter()
            .map(|task| match lines.get(&task.id) {
                Some(l) => TaskCoverage {
                    items: l.items,
                    needs: l.needs,
                    stations: l.stations,
                    done: l.done.unwrap_or(0),
                    task,
                },
                None => TaskCoverage { task, items: 0, needs: 0, stations: 0, done: 0 },
            })
            .collect())
    }
}
