//! An order of the hotline 12345, as it came; its title and text are the need's.

use sea_orm::entity::prelude::*;

/// An order of the hotline 12345, as it came; its title and text are the need's.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "hotline_order")]
pub struct Model {
    /// The need that it became.
    #[sea_orm(primary_key, auto_increment = false)]
    pub need_id: Uuid,
    /// 工单编号: the hotline's number.
    pub number: String,
    /// 工单类型, in the hotline's words.
    pub kind: String,
    /// 问题分类, in the hotline's words.
    pub class: Option<String>,
    /// 标签.
    pub labels: Option<String>,
    /// 被反映区.
    pub district: Option<String>,
    /// 街乡镇.
    pub township: Option<String>,
    /// 村/社区.
    pub village: Option<String>,
    /// 处理受理方式.
    pub channel: Option<String>,
    /// 企业名称.
    pub enterprise: Option<String>,
    /// 工单性质.
    pub nature: Option<String>,
}

/// Joins are written where they are asked for.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
