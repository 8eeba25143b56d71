//! What a document may contain, beyond what the library counts: aliases and operations.

use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};
use domain::Refusal;

/// Aliases in a document at most.
const ALIASES: usize = 50;

/// Says no to a document with too many aliases.
pub(crate) fn check_document(document: &ExecutableDocument) -> Result<(), Refusal> {
    let operations = document.operations.iter().map(|(_, o)| &o.node.selection_set.node);
    let fragments = document.fragments.values().map(|f| &f.node.selection_set.node);
    let aliases: usize = operations.chain(fragments).map(count).sum();
    if aliases > ALIASES {
        return Err(Refusal::new(
            "TOO_MANY_ALIASES",
            format!("查询中有 {aliases} 个别名,最多 {ALIASES} 个,请分几次查询。"),
        ));
    }
    Ok(())
}

fn count(set: &SelectionSet) -> usize {
    set.items
        .iter()
        .map(|s| match &s.node {
            Selection::Field(f) => usize::from(f.node.alias.is_some()) + count(&f.node.selection_set.node),
            Selection::InlineFragment(f) => count(&f.node.selection_set.node),
            Selection::FragmentSpread(_) => 0,
        })
        .sum()
}
