//! Deactivate, reactivate, push again. How it ended is kept with the person, and the start page shows it.

use actix_web::{
    HttpResponse,
    web::{Data, Path, block},
};

use crate::{
    pages::{
        error::PageError,
        request::{SameOrigin, get_person},
        see_other,
    },
    provisioning::Provisioning,
    scim_error::ScimError,
    simulator::Simulator,
};

type Action = fn(&Provisioning, &str) -> Result<(), ScimError>;

/// `POST /people/{key}/deactivate`
pub(crate) async fn deactivate(
    simulator: Data<Simulator>,
    key: Path<String>,
    _: SameOrigin,
) -> Result<HttpResponse, PageError> {
    run(simulator, key.into_inner(), Provisioning::deactivate).await
}

/// `POST /people/{key}/reactivate`
pub(crate) async fn reactivate(
    simulator: Data<Simulator>,
    key: Path<String>,
    _: SameOrigin,
) -> Result<HttpResponse, PageError> {
    run(simulator, key.into_inner(), Provisioning::reactivate).await
}

/// `POST /people/{key}/push`
pub(crate) async fn push(
    simulator: Data<Simulator>,
    key: Path<String>,
    _: SameOrigin,
) -> Result<HttpResponse, PageError> {
    run(simulator, key.into_inner(), Provisioning::push).await
}

async fn run(simulator: Data<Simulator>, key: String, action: Action) -> Result<HttpResponse, PageError> {
    get_person(&simulator, &key)?;
    let location = format!("/#person-{key}");
    block(move || action(&simulator.provisioning, &key)).await?.ok();
    Ok(see_other(&location))
}
