//! From the desk's errors to what leaves the process.

use async_graphql::{Context, Error, ErrorExtensions};
use domain::Refusal;

/// Names a request in its answer and in the log.
#[derive(Clone, Debug)]
pub(crate) struct RequestId(pub String);

/// A rule's answer as a GraphQL error.
pub(crate) fn refusal_of(r: &Refusal) -> Error {
    Error::new(r.message.clone()).extend_with(|_, e| e.set("code", r.code))
}

/// An error of the desk as a GraphQL error; what is inside stays in the log, under the request's id.
pub(crate) fn outside(ctx: &Context<'_>, error: &store::Error) -> Error {
    match error {
        store::Error::Refused(why) => match why.first() {
            Some(r) => refusal_of(r),
            None => Error::new("请求被拒绝。"),
        },
        store::Error::NotFound(_) => {
            Error::new(error.to_string()).extend_with(|_, e| e.set("code", "NOT_FOUND"))
        }
        store::Error::Conflict(_) => {
            Error::new(error.to_string()).extend_with(|_, e| e.set("code", "CONFLICT"))
        }
        store::Error::Fault(cause) => {
            let id = ctx.data_opt::<RequestId>().map_or("", |r| r.0.as_str());
            tracing::error!(request = id, cause, "fault");
            Error::new(format!("服务内部出错,请稍后再试;如仍不行,请告知管理员请求编号 {id}。")).extend_with(
                |_, e| {
                    e.set("code", "INTERNAL");
                    e.set("requestId", id);
                },
            )
        }
    }
}

/// Shorthand for `?` in resolvers.
pub(crate) trait Outside<T> {
    /// The value, or the error as it may leave the process.
    fn out(self, ctx: &Context<'_>) -> Result<T, Error>;
}

impl<T> Outside<T> for store::Result<T> {
    fn out(self, ctx: &Context<'_>) -> Result<T, Error> {
        self.map_err(|e| outside(ctx, &e))
    }
}

impl<T> Outside<T> for Result<T, std::sync::Arc<store::Error>> {
    fn out(self, ctx: &Context<'_>) -> Result<T, Error> {
        self.map_err(|e| outside(ctx, &e))
    }
}
