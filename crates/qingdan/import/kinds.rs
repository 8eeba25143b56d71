//! The kinds of tables: which columns each has, and where its rows go.

use super::columns::{Column, Row, Table};
use super::headers::{
    AREAS, CALENDAR, CATEGORIES, HOTLINE, HOTLINE_TERMS, LINKS, MEMBERS, NEEDS, ORGANIZATIONS, PLAN_TASKS,
    PROPOSALS, RESOURCES, WORKSTATIONS,
};
use super::rows::{
    area_row, calendar_row, category_row, hotline_row, hotline_term_row, link_row, member_row, need_row,
    organization_row, plan_task_row, proposal_row, resource_row, workstation_row,
};
use clap::ValueEnum;
use store::{
    Desk, NewArea, NewCategory, NewDay, NewHotlineOrder, NewHotlineTerm, NewLink, NewMember, NewNeed,
    NewOrganization, NewProposal, NewResource, NewTask, NewWorkstation, Report, RowError,
};

/// What the rows of a file are.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// Administrative areas.
    Areas,
    /// Classes of requests.
    Categories,
    /// Member workstations and studios.
    Workstations,
    /// Members.
    Members,
    /// Community needs.
    Needs,
    /// Member resources.
    Resources,
    /// Holidays on weekdays and working days on weekends. The years of the file take the place of what was known.
    Calendar,
    /// Orders of the hotline 12345, with the hotline's own columns.
    Hotline,
    /// The hotline's words and what they mean here. The columns of the file take the place of what was known of them.
    HotlineTerms,
    /// Proposals, with the clues that they grew from.
    Proposals,
    /// Tasks of the year's plan (1+4+N), with which items of lists are tagged.
    PlanTasks,
    /// Constituents (界别群众) with the members who keep contact.
    Links,
    /// Partner organisations (共建单位) of stations, with the members who answer for what they offer.
    Organizations,
}

/// Rows that were read.
pub enum Rows {
    Areas(Vec<NewArea>),
    Categories(Vec<NewCategory>),
    Workstations(Vec<NewWorkstation>),
    Members(Vec<NewMember>),
    Needs(Vec<NewNeed>),
    Resources(Vec<NewResource>),
    Calendar(Vec<NewDay>),
    Hotline(Vec<NewHotlineOrder>),
    HotlineTerms(Vec<NewHotlineTerm>),
    Proposals(Vec<NewProposal>),
    PlanTasks(Vec<NewTask>),
    Links(Vec<NewLink>),
    Organizations(Vec<NewOrganization>),
}

/// Rows that were read, and what was wrong with the others.
pub struct Parsed {
    pub rows: Rows,
    pub errors: Vec<RowError>,
}

impl Rows {
    /// Writes them, or says what would be written.
    pub async fn import(
        self,
        desk: &Desk,
        year: i32,
        dry_run: bool,
        confirm_proposed: bool,
    ) -> store::Result<Report> {
        match self {
            Rows::Areas(rows) => desk.import_areas(rows, dry_run).await,
            Rows::Categories(rows) => desk.import_categories(rows, dry_run).await,
            Rows::Workstations(rows) => desk.import_workstations(rows, dry_run).await,
            Rows::Members(rows) => desk.import_members(rows, dry_run).await,
            Rows::Needs(rows) => desk.import_needs(year, rows, dry_run, confirm_proposed).await,
            Rows::Resources(rows) => desk.import_resources(year, rows, dry_run).await,
            Rows::Calendar(rows) => desk.import_calendar(rows, dry_run).await,
            Rows::Hotline(rows) => desk.import_hotline(year, rows, dry_run, confirm_proposed).await,
            Rows::HotlineTerms(rows) => desk.import_hotline_terms(rows, dry_run).await,
            Rows::Proposals(rows) => desk.import_proposals(year, rows, dry_run).await,
            Rows::PlanTasks(rows) => desk.import_tasks(year, rows, dry_run).await,
            Rows::Links(rows) => desk.import_links(rows, dry_run).await,
            Rows::Organizations(rows) => desk.import_organizations(rows, dry_run).await,
        }
    }
}

impl Kind {
    /// The columns of its files.
    pub fn columns(self) -> &'static [Column] {
        match self {
            Kind::Areas => AREAS,
            Kind::Categories => CATEGORIES,
            Kind::Workstations => WORKSTATIONS,
            Kind::Members => MEMBERS,
            Kind::Needs => NEEDS,
            Kind::Resources => RESOURCES,
            Kind::Calendar => CALENDAR,
            Kind::Hotline => HOTLINE,
            Kind::HotlineTerms => HOTLINE_TERMS,
            Kind::Proposals => PROPOSALS,
            Kind::PlanTasks => PLAN_TASKS,
            Kind::Links => LINKS,
            Kind::Organizations => ORGANIZATIONS,
        }
    }

    /// Its name, for titles.
    pub fn title(self) -> &'static str {
        match self {
            Kind::Areas => "行政区划",
            Kind::Categories => "诉求类别",
            Kind::Workstations => "委员工作站(室)",
            Kind::Members => "委员",
            Kind::Needs => "群众需求清单",
            Kind::Resources => "委员资源清单",
            Kind::Calendar => "工作日调整",
            Kind::Hotline => "12345 工单",
            Kind::HotlineTerms => "12345 用语",
            Kind::Proposals => "提案",
            Kind::PlanTasks => "年度计划任务",
            Kind::Links => "委员联系界别群众",
            Kind::Organizations => "共建单位",
        }
    }
}

/// Reads every row.
pub fn parse(kind: Kind, table: &Table<'_>, year: i32, station: Option<&str>) -> Parsed {
    match kind {
        Kind::Areas => each(table, area_row, Rows::Areas),
        Kind::Categories => each(table, category_row, Rows::Categories),
        Kind::Workstations => each(table, workstation_row, Rows::Workstations),
        Kind::Members => each(table, member_row, Rows::Members),
        Kind::Needs => each(table, |r| need_row(r, year, station), Rows::Needs),
        Kind::Resources => each(table, |r| resource_row(r, year, station), Rows::Resources),
        Kind::Calendar => each(table, calendar_row, Rows::Calendar),
        Kind::Hotline => each(table, |r| hotline_row(r, station), Rows::Hotline),
        Kind::HotlineTerms => each(table, hotline_term_row, Rows::HotlineTerms),
        Kind::Proposals => each(table, |r| proposal_row(r, year), Rows::Proposals),
        Kind::PlanTasks => each(table, plan_task_row, Rows::PlanTasks),
        Kind::Links => each(table, link_row, Rows::Links),
        Kind::Organizations => each(table, organization_row, Rows::Organizations),
    }
}

fn each<T>(table: &Table<'_>, read: impl Fn(&mut Row<'_>) -> T, wrap: fn(Vec<T>) -> Rows) -> Parsed {
    let (mut rows, mut errors) = (Vec::new(), Vec::new());
    for mut row in table.rows() {
        let value = read(&mut row);
        if row.errors.is_empty() {
            rows.push(value);
        } else {
            errors.append(&mut row.errors);
        }
    }
    Parsed { rows: wrap(rows), errors }
}
