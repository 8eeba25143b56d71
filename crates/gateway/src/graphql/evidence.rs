//! Files that show what was done. They come and go over `/files`; here is what is known of them.

use super::desk;
use super::node::{id, kind, uuid};
use super::payload::{Payload, payload};
use async_graphql::{Context, ID, InputObject, Object, Result};
use chrono::NaiveDate;
use domain::{EvidenceMoment, FileKind};
use store::row;

/// A file that shows what was done. `POST /files?order=ID&moment=AFTER` adds one, with the file as its body and its type
/// as `Content-Type`.
pub(super) struct Evidence(pub row::Evidence);

/// A file that shows what was done. `POST /files?order=ID&moment=AFTER` adds one, with the file as its body and its type
/// as `Content-Type`.
#[Object]
impl Evidence {
    /// Global id.
    pub(super) async fn id(&self) -> ID {
        id(kind::EVIDENCE, self.0.id)
    }
    /// Where its content is, for those who may see it: with the same bearer token.
    async fn path(&self) -> String {
        format!("/files/{}", self.0.id)
    }
    /// What it is, by its bytes.
    async fn kind(&self) -> FileKind {
        self.0.kind
    }
    /// Bytes.
    async fn bytes(&self) -> i32 {
        self.0.bytes
    }
    /// SHA-256 of its content, hexadecimal.
    async fn sha256(&self) -> &str {
        &self.0.sha256
    }
    /// Before, after, or a paper.
    async fn moment(&self) -> EvidenceMoment {
        self.0.moment
    }
    /// Day.
    async fn added_on(&self) -> NaiveDate {
        self.0.added_on
    }
    /// Whether a convener has checked it for faces, plates and names; others see it only then.
    async fn approved(&self) -> bool {
        self.0.approved
    }
    /// Version, for `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

/// A file that was looked at.
#[derive(InputObject)]
pub(super) struct ApproveEvidenceInput {
    /// The file.
    id: ID,
    /// Version that was read.
    expected_version: i32,
}

/// A file to be taken away.
#[derive(InputObject)]
pub(super) struct RemoveEvidenceInput {
    /// The file.
    id: ID,
    /// Version that was read.
    expected_version: i32,
    /// Why.
    reason: String,
}

#[derive(Default)]
pub(super) struct EvidenceMutation;

#[Object]
impl EvidenceMutation {
    /// Lets others see a file: a convener has checked it for faces, plates and names.
    async fn approve_evidence(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: ApproveEvidenceInput,
    ) -> Result<Payload<Evidence>> {
        let answer = async {
            let id = uuid(kind::EVIDENCE, &input.id, "id")?;
            desk(ctx).approve_evidence(id, input.expected_version).await
        };
        payload(ctx, answer.await, Evidence)
    }

    /// Takes a file away; its content is deleted where no other order shows it.
    async fn remove_evidence(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which and why.")] input: RemoveEvidenceInput,
    ) -> Result<Payload<Evidence>> {
        let answer = async {
            let id = uuid(kind::EVIDENCE, &input.id, "id")?;
            desk(ctx).remove_evidence(id, input.expected_version, &input.reason).await
        };
        payload(ctx, answer.await, Evidence)
    }
}
