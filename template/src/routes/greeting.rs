//! `GET /greeting`: a text that each tenant may set for itself, as an option of the service's
//! category.

use c8y_microservice::{ApiError, Settings, User};

pub async fn get(user: User, settings: Settings) -> Result<String, ApiError> {
    let greeting: String = settings.get_or("greeting", "Hello".to_owned()).await?;
    Ok(format!("{greeting}, {}!", user.name()))
}
