//! What a text says: class, unit, personal data, and needs that say the same.

use super::candidate::TypedNeedInput;
use super::category::Category;
use super::desk;
use super::error::Outside;
use super::loaders::category;
use super::need::Need;
use async_graphql::{Context, Enum, InputObject, Object, Result, SimpleObject};
use domain::privacy::Kind;

/// A class that a text may be of: a proposal, which a person confirms or corrects by editing the need.
pub(super) struct ClassGuess(store::ClassGuess);

/// A class that a text may be of: a proposal, which a person confirms or corrects by editing the need.
#[Object]
impl ClassGuess {
    /// Name of the class of the first level.
    async fn name(&self) -> &str {
        &self.0.name
    }
    /// The deepest class of the office's table that the text means, this one or one below it; null where the table has
    /// none.
    async fn category(&self, ctx: &Context<'_>) -> Result<Option<Category>> {
        match &self.0.category {
            Some(code) => Ok(category(ctx, code).await?.map(Category)),
            None => Ok(None),
        }
    }
    /// Of a thousand texts about which the reading is as sure, so many are of the class; 900 where the office's own keywords
    /// say it, of which nobody has counted how often they are right.
    async fn permille(&self) -> i32 {
        self.0.permille as i32
    }
    /// What of the text says that it is of a class below the first level, or which of the office's own keywords say it; empty
    /// where none is clear, or where names decided.
    async fn cues(&self) -> &[String] {
        &self.0.cues
    }
}

/// A unit that may solve what a text asks: a hint for a referral.
#[derive(SimpleObject)]
pub(super) struct UnitGuess {
    /// Name.
    name: String,
    /// How likely, in permille.
    permille: i32,
}

/// Personal data in a text.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
pub(super) enum PersonalData {
    /// A telephone number.
    Telephone,
    /// An identity card's number.
    IdentityCard,
    /// A name.
    Name,
    /// A number plate.
    Plate,
    /// A door.
    Door,
}

/// What a text says.
#[derive(SimpleObject)]
pub(super) struct TextReading {
    /// The likeliest classes.
    classes: Vec<ClassGuess>,
    /// Words that decided for the first.
    words: Vec<String>,
    /// Units that may solve it, the likeliest first.
    units: Vec<UnitGuess>,
    /// What is personal in it, and is masked wherever it is public.
    personal_data: Vec<PersonalData>,
}

/// A need that says the same as a text.
#[derive(SimpleObject)]
pub(super) struct SimilarNeed {
    /// The need.
    need: Need,
    /// Whether both are one and the same, to be merged: copied in the same place, of the same class and within half a year,
    /// or a long message sent to several places. Otherwise it is the same matter.
    copy: bool,
    /// Whether the area of one lies in that of the other.
    same_place: bool,
    /// Whether the class of one is that of the other or contains it; null where one of them has none.
    same_category: Option<bool>,
    /// Days between them.
    days_apart: i32,
    /// Permille of the shorter text found again in the longer.
    copied: i32,
    /// Permille of likeness of the matter.
    alike: i32,
    /// The rarest that both say.
    shared: Vec<String>,
}

/// Needs that say the same: a proposal to merge them or to bring them under a topic.
#[derive(SimpleObject)]
pub(super) struct SimilarGroup {
    /// The needs, by number.
    needs: Vec<Need>,
    /// Permille of the lowest likeness by which one was joined to another.
    alike: i32,
    /// What most of them say.
    shared: Vec<String>,
    /// Whether of any two the area of one lies in that of the other.
    same_place: bool,
    /// Whether of any two the class of one is that of the other or contains it; null where one has none.
    same_category: Option<bool>,
    /// Days from the earliest to the latest.
    days_apart: i32,
}

/// What makes needs similar.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
pub(super) enum Similarity {
    /// One copies the other in the same place, of the same class and within half a year, or is a long message that was sent to
    /// several places: to be merged (并单).
    Copy,
    /// The same matter, in other words too: to be brought under a topic (归并).
    SameMatter,
}

/// A text that is being typed.
#[derive(InputObject)]
pub(super) struct TypedTextInput {
    /// Title.
    title: String,
    /// Text.
    #[graphql(default)]
    text: String,
}

#[derive(Default)]
pub(super) struct ReadingQuery;

#[Object]
impl ReadingQuery {
    /// What a text says: proposals for its class and for who solves it, and what is personal in it.
    #[graphql(complexity = "500 + 8 * child_complexity")]
    async fn read_text(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The text.")] input: TypedTextInput,
    ) -> Result<TextReading> {
        let r = desk(ctx).read_text(&input.title, &input.text).await.out(ctx)?;
        let mut personal_data = Vec::new();
        for kind in r.personal {
            let kind = match kind {
                Kind::Telephone => PersonalData::Telephone,
                Kind::IdentityCard => PersonalData::IdentityCard,
                Kind::Name => PersonalData::Name,
                Kind::Plate => PersonalData::Plate,
                Kind::Door => PersonalData::Door,
            };
            if !personal_data.contains(&kind) {
                personal_data.push(kind);
            }
        }
        Ok(TextReading {
            classes: r.classes.into_iter().map(ClassGuess).collect(),
            words: r.words,
            units: r
                .units
                .into_iter()
                .map(|(name, permille)| UnitGuess { name, permille: permille as i32 })
                .collect(),
            personal_data,
        })
    }

    /// Needs of a district that somebody still has in hand and that say the same, in groups, the largest first. For
    /// those who register needs.
    #[graphql(complexity = "20_000 + 10 * first.max(0) as usize * child_complexity")]
    async fn similar_groups(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Code of the district.")] district: String,
        #[graphql(desc = "Year.")] year: i32,
        #[graphql(desc = "What makes them similar.", default_with = "Similarity::Copy")] by: Similarity,
        #[graphql(desc = "How many groups, 50 at most.", default = 20)] first: i32,
    ) -> Result<Vec<SimilarGroup>> {
        let most = first.clamp(0, 50) as usize;
        let found = desk(ctx).similar_groups(&district, year, by == Similarity::Copy, most).await.out(ctx)?;
        Ok(found
            .into_iter()
            .map(|g| SimilarGroup {
                needs: g.needs.into_iter().map(Need).collect(),
                alike: g.group.alike as i32,
                shared: g.group.shared,
                same_place: g.beside.same_place,
                same_category: g.beside.same_category,
                days_apart: g.beside.days.try_into().unwrap_or(i32::MAX),
            })
            .collect())
    }

    /// Needs of the station's district that say the same as one that is being typed: copies first, then those of the same place.
    #[graphql(complexity = "5_000 + first.max(0) as usize * child_complexity")]
    async fn similar_needs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is typed so far.")] input: TypedNeedInput,
        #[graphql(desc = "How many, 50 at most.", default = 5)] first: i32,
    ) -> Result<Vec<SimilarNeed>> {
        let most = first.clamp(0, 50) as usize;
        let found = desk(ctx).similar_needs(&input.typed(), most).await.out(ctx)?;
        let similar = |s: store::SimilarNeed| SimilarNeed {
            copy: s.is_copy(),
            same_place: s.beside.same_place,
            same_category: s.beside.same_category,
            days_apart: s.beside.days.try_into().unwrap_or(i32::MAX),
            copied: s.near.copied as i32,
            alike: s.near.alike as i32,
            shared: s.near.shared,
            need: Need(s.need),
        };
        Ok(found.into_iter().map(similar).collect())
    }
}
