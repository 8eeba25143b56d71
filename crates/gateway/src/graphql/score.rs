//! Scores and their parts. A page of lists has tens of thousands of parts, so they are written at once, without a
//! future for each field.

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{
    Context, ContextSelectionSet, Name, Object, OutputType, Positioned, ServerResult, SimpleObject, Value,
};
use domain::matching::score::Part;
use std::borrow::Cow;

/// A score: the sum of its parts, always.
pub(super) struct Score {
    /// Points in all.
    pub total: i64,
    /// The parts that count.
    pub parts: Vec<Part>,
}

impl Score {
    /// A score from parts as they are stored.
    pub fn stored<'a>(total: i64, parts: impl IntoIterator<Item = &'a str>) -> Score {
        let read = |p| serde_json::from_str::<Vec<Part>>(p).unwrap_or_default();
        Score { total, parts: parts.into_iter().flat_map(read).collect() }
    }
}

/// A score: the sum of its parts, always.
#[Object]
impl Score {
    /// Points in all.
    async fn total(&self) -> i64 {
        self.total
    }
    /// The parts that count.
    async fn parts(&self, ctx: &Context<'_>) -> Parts<'_> {
        let fields = ctx
            .field()
            .selection_set()
            .map(|f| (Name::new(f.alias().unwrap_or(f.name())), f.name().to_owned()))
            .collect();
        Parts { fields, parts: &self.parts }
    }
}

/// One part of a score, with its rule. Describes the type; [`Parts`] writes it.
#[derive(SimpleObject)]
struct ScorePart {
    /// Code of the rule.
    rule: String,
    /// Points.
    points: i64,
    /// Why, in Chinese.
    text: String,
}

/// Parts, and the fields that are asked of each under the names that they shall have.
struct Parts<'a> {
    fields: Vec<(Name, String)>,
    parts: &'a [Part],
}

impl OutputType for Parts<'_> {
    fn type_name() -> Cow<'static, str> {
        Vec::<ScorePart>::type_name()
    }
    fn qualified_type_name() -> String {
        Vec::<ScorePart>::qualified_type_name()
    }
    fn create_type_info(registry: &mut Registry) -> String {
        Vec::<ScorePart>::create_type_info(registry)
    }
    async fn resolve(&self, _: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        let field = |name: &str, part: &Part| match name {
            "rule" => Value::from(part.rule.as_str()),
            "points" => Value::from(part.points),
            "text" => Value::from(part.text.as_str()),
            _ => Value::from("ScorePart"),
        };
        let written = |part: &Part| {
            Value::Object(self.fields.iter().map(|(key, name)| (key.clone(), field(name, part))).collect())
        };
        Ok(Value::List(self.parts.iter().map(written).collect()))
    }
}
