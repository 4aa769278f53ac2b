//! Measurements: values of a source, at a time.

mod filter;
mod measurement;

use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use serde::{Deserialize, Serialize};

pub use filter::MeasurementFilter;
pub use measurement::{Measurement, NewMeasurement};

use super::{Items, PlatformError, Request, TenantClient};
use crate::id::MeasurementId;

const PATH: [&str; 2] = ["measurement", "measurements"];

/// The platform takes a body of many measurements for such by its media type.
const COLLECTION: HeaderValue =
    HeaderValue::from_static("application/vnd.com.nsn.cumulocity.measurementcollection+json");

/// What bounds a deletion, and what narrows it down beside. The platform ignores all else.
const BOUNDS: [&str; 3] = ["source", "dateFrom", "dateTo"];
const DELETED_BY: [&str; 5] = ["source", "dateFrom", "dateTo", "type", "fragmentType"];

/// The measurements of a client's tenant.
///
/// ```no_run
/// # use c8y_microservice::{ManagedObjectId, NewMeasurement, PlatformError, TenantClient};
/// # async fn example(client: TenantClient, pump: ManagedObjectId) -> Result<(), PlatformError> {
/// let measurement = NewMeasurement::new(pump, "c8y_PumpMeasurement")
///     .value("c8y_Temperature", "T", 21.5, "C")
///     .value("c8y_Pressure", "P", 1.2, "bar");
/// client.measurements().create(&measurement).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Measurements<'a>(&'a TenantClient);

/// Many of them in one body.
#[derive(Serialize, Deserialize)]
struct Collection<T> {
    measurements: T,
}

impl<'a> Measurements<'a> {
    pub(super) fn new(client: &'a TenantClient) -> Self {
        Self(client)
    }

    /// Makes a measurement: `POST /measurement/measurements`. Needs `ROLE_MEASUREMENT_ADMIN`,
    /// unless the client's user owns the source.
    ///
    /// A source that does not exist is a [`PlatformError::Unprocessable`] or
    /// [`PlatformError::NotFound`]. A value that is not finite is [`PlatformError::Invalid`].
    pub async fn create(&self, measurement: &NewMeasurement) -> Result<Measurement, PlatformError> {
        measurement.check()?;
        let request = self.0.call(Method::POST, &PATH).json(measurement);
        request.send().await?.json()
    }

    /// Makes many measurements with one request, also of different sources:
    /// `POST /measurement/measurements`. Answers them in the same order; without any, nothing is
    /// sent. Needs `ROLE_MEASUREMENT_ADMIN`, unless the client's user owns the sources.
    ///
    /// The errors are those of [`create`](Self::create), where one measurement is the cause.
    pub async fn create_many(
        &self,
        measurements: &[NewMeasurement],
    ) -> Result<Vec<Measurement>, PlatformError> {
        if measurements.is_empty() {
            return Ok(Vec::new());
        }
        for measurement in measurements {
            measurement.check()?;
        }
        let request = self.0.call(Method::POST, &PATH);
        let request = request.json(&Collection { measurements });
        let answer = request.header(CONTENT_TYPE, COLLECTION).send().await?;
        let made: Collection<Vec<Measurement>> = answer.json()?;
        Ok(made.measurements)
    }

    /// Reads a measurement: `GET /measurement/measurements/{id}`. Needs `ROLE_MEASUREMENT_READ`,
    /// unless the client's user owns the source.
    ///
    /// In a tenant that keeps measurements as time series, none is found by its ID: they are
    /// [listed](Self::list).
    pub async fn get(&self, id: &MeasurementId) -> Result<Measurement, PlatformError> {
        self.measurement(Method::GET, id).send().await?.json()
    }

    /// Deletes a measurement: `DELETE /measurement/measurements/{id}`. Needs
    /// `ROLE_MEASUREMENT_ADMIN`, unless the client's user owns the source.
    pub async fn delete(&self, id: &MeasurementId) -> Result<(), PlatformError> {
        self.measurement(Method::DELETE, id).send().await.map(drop)
    }

    /// The measurements that a filter admits: `GET /measurement/measurements`. Needs
    /// `ROLE_MEASUREMENT_READ`.
    ///
    /// A tenant shows the newest first if it keeps measurements as time series, else the oldest:
    /// a filter says what is wanted.
    pub fn list(&self, filter: &MeasurementFilter) -> Items<Measurement> {
        Items::new(self.0, &PATH, filter.parameters.pairs(), "measurements")
    }

    /// Deletes all measurements that a filter admits: `DELETE /measurement/measurements`. Needs
    /// `ROLE_MEASUREMENT_ADMIN`.
    ///
    /// Large deletions may go on after the answer. The filter has to name a source or a time; it
    /// may name a type and a [fragment](MeasurementFilter::fragment) beside, and nothing else, as
    /// the platform looks at nothing else here. Any other filter is [`PlatformError::Invalid`], and
    /// deletes nothing. In a tenant that keeps measurements as time series, times are full hours.
    pub async fn delete_all(&self, filter: &MeasurementFilter) -> Result<(), PlatformError> {
        const NAME: &str = "a deletion of measurements";
        let known = filter.parameters.known_to(NAME, &DELETED_BY)?;
        filter.parameters.bounded_by(NAME, &BOUNDS)?;
        let request = self.0.call(Method::DELETE, &PATH).parameters(known);
        request.send().await.map(drop)
    }

    fn measurement(&self, method: Method, id: &MeasurementId) -> Request<'a> {
        let [api, collection] = PATH;
        self.0.call(method, &[api, collection, id.as_str()])
    }
}
