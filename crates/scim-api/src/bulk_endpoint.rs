//! `/Bulk`: many operations in one request, each as if it had come alone (RFC 7644 §3.7).

use ::web::blocking::blocking;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::Value;

use crate::auth::ScimClient;
use crate::body::Body;
use crate::bulk::{
    BulkAction, BulkIds, BulkMethod, BulkOperation, BulkOutcome, BulkPlan, BulkRequest, BulkResource, BulkStep,
    bulk_response,
};
use crate::condition::Condition;
use crate::error::{ScimError, quoted};
use crate::request_log::note_refusal;
use crate::response::{self, etag};
use crate::work::Work;

/// `POST /Bulk`
pub(crate) async fn perform(request: HttpRequest, client: ScimClient, body: Body) -> Result<HttpResponse, ScimError> {
    let bulk = BulkRequest::parse(&body.json()?)?;
    let work = Work::of(&client);
    let outcomes = blocking(move || Ok::<_, ScimError>(Performance::of(&work, &bulk).run())).await?;
    if let Some(sentence) = refused(&outcomes) {
        note_refusal(&request, &sentence);
    }
    Ok(response::json(HttpResponse::Ok(), &bulk_response(outcomes.iter().flatten())))
}

/// The answer to a bulk request is 200 whatever became of its operations, so the log tells of those that were refused.
fn refused(outcomes: &[Option<BulkOutcome>]) -> Option<String> {
    let numbered = outcomes.iter().zip(1..).filter_map(|(outcome, nth)| Some((nth, outcome.as_ref()?)));
    let refused: Vec<String> = numbered
        .filter_map(|(nth, outcome): (u32, _)| {
            let error = outcome.result.as_ref().err()?;
            let bulk_id = outcome.bulk_id.as_ref().map(|id| format!(", bulkId {}", quoted(id))).unwrap_or_default();
            Some(format!("operation {nth} ({}{bulk_id}): {}", outcome.method, error.detail()))
        })
        .collect();
    let (count, of) = (refused.len(), outcomes.len());
    (count > 0).then(|| format!("{count} of {of} operations refused: {}", refused.join(" ")))
}

/// One bulk request under way.
struct Performance<'r> {
    work: &'r Work,
    request: &'r BulkRequest,
    ids: BulkIds,
    outcomes: Vec<Option<BulkOutcome>>,
    errors: u64,
}

/// What an operation left behind: the resource's id, and its version where it still exists.
struct Done {
    status: u16,
    id: String,
    revision: Option<i64>,
}

impl<'r> Performance<'r> {
    fn of(work: &'r Work, request: &'r BulkRequest) -> Self {
        let outcomes = request.operations.iter().map(|_| None).collect();
        Self { work, request, ids: BulkIds::default(), outcomes, errors: 0 }
    }

    /// Performs the steps until too many have failed; operations that were not reached are not answered.
    fn run(mut self) -> Vec<Option<BulkOutcome>> {
        for step in BulkPlan::of(self.request).steps {
            if self.request.ends_after(self.errors) {
                break;
            }
            match step {
                BulkStep::Perform { operation, data } => {
                    let done = self.perform(operation, data.as_ref());
                    self.note(operation, done);
                }
                BulkStep::Complete { operation, patch } => self.complete(operation, &patch),
                BulkStep::Refuse { operation, error } => self.note(operation, Err(error)),
            }
        }
        self.outcomes
    }

    fn operation(&self, index: usize) -> Result<(&'r BulkOperation, &'r BulkAction), ScimError> {
        let operation = self.request.operations.get(index).ok_or(ScimError::Internal)?;
        let action = operation.action.as_ref().map_err(Clone::clone)?;
        Ok((operation, action))
    }

    fn perform(&mut self, index: usize, data: Option<&Value>) -> Result<Done, ScimError> {
        let (operation, action) = self.operation(index)?;
        let data = data.map(|data| self.ids.resolve(action.method, data)).transpose()?.unwrap_or_default();
        let id = self.ids.target_id(&action.target)?.unwrap_or_default().to_owned();
        let condition = Condition::of_version(action.version.as_deref());
        let done = match action.target.resource {
            BulkResource::Users => self.user(action.method, &id, &data, &condition),
            BulkResource::Groups => self.group(action.method, &id, &data, &condition),
        }?;
        if let Some(bulk_id) = &operation.bulk_id {
            self.ids.insert(bulk_id, &done.id);
        }
        Ok(done)
    }

    /// Brings in a reference that had to wait, because the two resources refer to each other.
    fn complete(&mut self, index: usize, patch: &Value) {
        let made = self.operation(index).and_then(|(operation, action)| {
            let id = operation.bulk_id.as_deref().map(|bulk_id| format!("bulkId:{bulk_id}"));
            let whole = self.ids.resolve(BulkMethod::Patch, patch)?;
            let id = self.ids.resolve(BulkMethod::Put, &serde_json::json!({ "members": id }))?;
            let id = id.get("members").and_then(Value::as_str).unwrap_or_default().to_owned();
            let none = Condition::default();
            match action.target.resource {
                BulkResource::Users => self.user(BulkMethod::Patch, &id, &whole, &none),
                BulkResource::Groups => self.group(BulkMethod::Patch, &id, &whole, &none),
            }
        });
        match made {
            Ok(done) => self.note(index, Ok(Done { status: 201, ..done })),
            Err(error) => self.note(index, Err(error)),
        }
    }

    fn user(&self, method: BulkMethod, id: &str, data: &Value, condition: &Condition) -> Result<Done, ScimError> {
        let done = |status, person: domain::collaborator::Person| Done {
            status,
            id: person.scim_id.to_string(),
            revision: Some(person.revision),
        };
        match method {
            BulkMethod::Post => self.work.create_user(data).map(|person| done(201, person)),
            BulkMethod::Put => self.work.replace_user(id, data, condition).map(|person| done(200, person)),
            BulkMethod::Patch => self.work.patch_user(id, data, condition).map(|person| done(200, person)),
            BulkMethod::Delete => self.work.delete_user(id, condition).map(|()| gone(id)),
        }
    }

    fn group(&self, method: BulkMethod, id: &str, data: &Value, condition: &Condition) -> Result<Done, ScimError> {
        let done = |status, group: domain::group::Group| Done {
            status,
            id: group.scim_id.to_string(),
            revision: Some(group.revision),
        };
        match method {
            BulkMethod::Post => self.work.create_group(data).map(|group| done(201, group)),
            BulkMethod::Put => self.work.replace_group(id, data, condition).map(|group| done(200, group)),
            BulkMethod::Patch => self.work.patch_group(id, data, condition).map(|group| done(200, group)),
            BulkMethod::Delete => self.work.delete_group(id, condition).map(|()| gone(id)),
        }
    }

    fn note(&mut self, index: usize, done: Result<Done, ScimError>) {
        self.errors += u64::from(done.is_err());
        let Some(operation) = self.request.operations.get(index) else { return };
        let target = operation.action.as_ref().ok().map(|action| &action.target);
        let known = target.and_then(|target| self.ids.target_id(target).ok().flatten().map(str::to_owned));
        let id = done.as_ref().ok().map(|done| done.id.clone()).or(known);
        let base_url = self.work.site.base_url.scim();
        let location = target.zip(id).map(|(target, id)| target.resource.location(&base_url, &id));
        let version = done.as_ref().ok().and_then(|done| done.revision).map(etag);
        let outcome = BulkOutcome { location, version, ..BulkOutcome::new(operation, done.map(|done| done.status)) };
        if let Some(slot) = self.outcomes.get_mut(index) {
            *slot = Some(outcome);
        }
    }
}

fn gone(id: &str) -> Done {
    Done { status: 204, id: id.to_owned(), revision: None }
}
