//! Bearer tokens: stored hashed, with expiry, made by the command alone.

use crate::desk::{Event, Viewer};
use crate::entity::{assignment, cluster, token, workstation};
use crate::{Desk, Result, Store};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Duration, Utc};
use domain::{Action, AssignmentRole, Refusal, Role};
use sea_orm::sea_query::ExprTrait;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use sha2::{Digest, Sha256};

/// What a token is for.
#[derive(Clone, Debug, Default)]
pub struct TokenScope {
    /// Station code, for the roles of a station.
    pub station: Option<String>,
    /// District code.
    pub district: Option<String>,
    /// Cluster code.
    pub cluster: Option<String>,
    /// Member number.
    pub member: Option<String>,
}

/// Hexadecimal SHA-256.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

impl Store {
    /// The viewer that a token stands for; `None` when it is unknown or has expired. One statement, and one more
    /// for the stations of a cluster or a district.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn viewer(&self, bearer: &str, at: DateTime<Utc>) -> Result<Option<Viewer>> {
        let found = token::Entity::find_by_id(sha256(bearer.as_bytes())).one(self.db()).await?;
        let Some(t) = found.filter(|t| t.expires_at > at) else { return Ok(None) };
        let mut query = workstation::Entity::find().order_by_asc(workstation::Column::Id);
        let stations = match (t.workstation_id, t.cluster_id, t.district) {
            (Some(id), ..) => vec![id],
            (_, Some(cluster), _) => {
                query = query.filter(workstation::Column::ClusterId.eq(cluster));
                query.all(self.db()).await?.into_iter().map(|w| w.id).collect()
            }
            (.., Some(district)) => {
                query = query.filter(workstation::Column::District.eq(district));
                query.all(self.db()).await?.into_iter().map(|w| w.id).collect()
            }
            _ => Vec::new(),
        };
        Ok(Some(Viewer { role: t.role, person: t.person_id, stations }))
    }
}

impl Desk {
    /// Makes a token for a role and a scope, standing for the person who holds the seat today. The token itself is
    /// returned once and stored nowhere.
    pub async fn make_token(
        &self,
        role: Role,
        scope: &TokenScope,
        days: i64,
        secret: [u8; 32],
    ) -> Result<String> {
        self.need_city(Action::Administer)?;
        let tx = self.store.begin().await?;
        let missing = |what: &str, option: &str| {
            Refusal::new("SCOPE", format!("角色「{}」须指明{what}:{option}。", role.label()))
        };
        let station = match &scope.station {
            Some(code) => Some(
                workstation::Entity::find()
                    .filter(workstation::Column::Code.eq(code.as_str()))
                    .one(&tx)
                    .await?
                    .ok_or_else(|| Refusal::new("SCOPE", format!("没有编号为 {code} 的工作站。")))?
                    .id,
            ),
            None => None,
        };
        let cluster = match &scope.cluster {
            Some(code) => cluster::Entity::find()
                .filter(cluster::Column::Code.eq(code.as_str()))
                .one(&tx)
                .await?
                .map(|c| c.id),
            None => None,
        };
        let seat = match role {
            Role::Clerk => Some(AssignmentRole::Clerk),
            Role::FirstConvener => Some(AssignmentRole::FirstConvener),
            Role::SecondConvener => Some(AssignmentRole::SecondConvener),
            Role::StationHead => Some(AssignmentRole::StationHead),
            Role::ChiefConvener => Some(AssignmentRole::ChiefConvener),
            Role::DistrictOfficer => Some(AssignmentRole::DistrictOfficer),
            Role::CityOfficer => Some(AssignmentRole::CityOfficer),
            Role::Anonymous | Role::Member | Role::Auditor => None,
        };
        match role {
            Role::Clerk | Role::FirstConvener | Role::SecondConvener | Role::StationHead
                if station.is_none() =>
            {
                return Err(missing("工作站", "--station").into());
            }
            Role::ChiefConvener if cluster.is_none() => return Err(missing("片区", "--cluster").into()),
            Role::DistrictOfficer if scope.district.is_none() => {
                return Err(missing("旗县区", "--district").into());
            }
            Role::Member if scope.member.is_none() => return Err(missing("委员", "--member").into()),
            Role::Anonymous => return Err(Refusal::new("SCOPE", "公众访问无需令牌。").into()),
            _ => {}
        }
        let mut person = None;
        if let Some(seat) = seat {
            let today = self.today();
            let mut holders = assignment::Entity::find()
                .filter(assignment::Column::Role.eq(seat))
                .filter(assignment::Column::FromDate.lte(today))
                .filter(assignment::Column::ToDate.is_null().or(assignment::Column::ToDate.gt(today)));
            if let Some(s) = station {
                holders = holders.filter(assignment::Column::WorkstationId.eq(s));
            }
            if let Some(c) = cluster {
                holders = holders.filter(assignment::Column::ClusterId.eq(c));
            }
            if let Some(d) = &scope.district {
                holders = holders.filter(assignment::Column::District.eq(d.as_str()));
            }
            person = holders.order_by_asc(assignment::Column::Id).one(&tx).await?.map(|a| a.person_id);
        }
        if let Some(number) = &scope.member {
            use crate::entity::member;
            person = member::Entity::find()
                .filter(member::Column::Number.eq(number.as_str()))
                .one(&tx)
                .await?
                .map(|m| m.id);
            if person.is_none() {
                return Err(Refusal::new("SCOPE", format!("没有编号为 {number} 的委员。")).into());
            }
        }
        let bearer = URL_SAFE_NO_PAD.encode(secret);
        let row = token::Model {
            hash: sha256(bearer.as_bytes()),
            role,
            person_id: person,
            workstation_id: station,
            cluster_id: cluster,
            district: scope.district.clone(),
            expires_at: self.at + Duration::days(days),
        };
        let old = token::Entity::find_by_id(row.hash.clone()).one(&tx).await?;
        if old.is_some() {
            row.into_active_model().reset_all().update(&tx).await?;
        } else {
            row.into_active_model().insert(&tx).await?;
        }
        let detail = serde_json::json!({"role": role.code(), "days": days});
        self.audit(
            &tx,
            Event {
                action: "TOKEN",
                subject: "token",
                id: person,
                workstation: station,
                detail,
                reason: None,
            },
        )
        .await?;
        self.commit(tx).await?;
        Ok(bearer)
    }
}
