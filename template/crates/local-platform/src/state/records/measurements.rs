//! Measurements of a tenant.

use super::Records;
use super::new_record::Sort;
use super::series::{keep_valid_series, series_of};
use crate::refusal::Refusal;
use crate::state::{Caller, Counted, Fields, Id, Record, RecordFilter, Tenant};

pub(super) const SORT: Sort = Sort {
    area: "measurement",
    read: ["ROLE_MEASUREMENT_READ"],
    admin: ["ROLE_MEASUREMENT_ADMIN"],
    mandatory: &["source", "time", "type"],
    further_bounds: "",
};

/// A measurement: all that it measures are its fragments.
pub(crate) type Measurement = Record<()>;

/// The measurements of one tenant.
pub(crate) type Measurements = Records<()>;

/// What a list of measurements is narrowed to.
#[derive(Debug, Default)]
pub(crate) struct MeasurementFilter {
    pub(crate) record: RecordFilter,
    /// A fragment, whatever it is.
    pub(crate) fragment: Option<String>,
    /// A fragment with series.
    pub(crate) value_fragment: Option<String>,
    /// A series, of that fragment if one is given.
    pub(crate) series: Option<String>,
}

impl MeasurementFilter {
    fn admits(&self, measurement: &Measurement) -> bool {
        let is = |wanted: &Option<String>, name: &str| wanted.as_ref().is_none_or(|it| it == name);
        let fragment = self.fragment.as_ref();
        fragment.is_none_or(|name| measurement.fragments.contains_key(name))
            && ((self.value_fragment.is_none() && self.series.is_none())
                || series_of(&measurement.fragments).any(|found| {
                    is(&self.value_fragment, found.fragment) && is(&self.series, found.name)
                }))
    }
}

impl Tenant {
    /// Makes all of these measurements, or none; their IDs are those given, in this order.
    pub(crate) fn create_measurements(
        &mut self,
        caller: &Caller,
        new: Vec<(Id, Fields)>,
    ) -> Result<impl Iterator<Item = &Measurement>, Refusal> {
        let new = new
            .into_iter()
            .map(|(id, fields)| self.new_measurement(id, caller, fields));
        let new = new.collect::<Result<Vec<_>, _>>()?;
        let ids: Vec<Id> = new.iter().map(|measurement| measurement.id).collect();
        for measurement in new {
            self.measurements.insert(measurement);
            self.usage.count(Counted::MeasurementsCreated);
        }
        let made = ids.into_iter().filter_map(|id| self.measurements.find(id));
        Ok(made)
    }

    pub(crate) fn create_measurement(
        &mut self,
        id: Id,
        caller: &Caller,
        fields: Fields,
    ) -> Result<&Measurement, Refusal> {
        let measurement = self.new_measurement(id, caller, fields)?;
        self.usage.count(Counted::MeasurementsCreated);
        Ok(self.measurements.insert(measurement))
    }

    fn new_measurement(
        &self,
        id: Id,
        caller: &Caller,
        fields: Fields,
    ) -> Result<Measurement, Refusal> {
        let (new, _) = self.new_record(&SORT, caller, fields)?;
        let mut measurement = new.into_record(id, ());
        keep_valid_series(&mut measurement.fragments)?;
        Ok(measurement)
    }

    pub(crate) fn measurement(&self, caller: &Caller, id: &str) -> Result<&Measurement, Refusal> {
        let measurement = self.find_measurement(id)?;
        self.may(caller, &SORT.read, measurement)?;
        Ok(measurement)
    }

    pub(crate) fn measurements<'a>(
        &'a self,
        caller: &Caller,
        filter: &'a MeasurementFilter,
    ) -> Result<impl Iterator<Item = &'a Measurement> + use<'a>, Refusal> {
        caller.require(&SORT.read)?;
        Ok(self.admitted_measurements(filter))
    }

    pub(crate) fn delete_measurement(&mut self, caller: &Caller, id: &str) -> Result<(), Refusal> {
        let measurement = self.find_measurement(id)?;
        self.may(caller, &SORT.admin, measurement)?;
        let id = measurement.id;
        self.measurements.remove(id);
        Ok(())
    }

    pub(crate) fn delete_measurements(
        &mut self,
        caller: &Caller,
        filter: &MeasurementFilter,
    ) -> Result<(), Refusal> {
        caller.require(&SORT.admin)?;
        SORT.refuse_unbounded(&filter.record)?;
        let admitted = self.admitted_measurements(filter);
        let ids: Vec<Id> = admitted.map(|measurement| measurement.id).collect();
        for id in ids {
            self.measurements.remove(id);
        }
        Ok(())
    }

    fn admitted_measurements<'a>(
        &'a self,
        filter: &'a MeasurementFilter,
    ) -> impl Iterator<Item = &'a Measurement> {
        let measurements = filter.record.select(&self.inventory, &self.measurements);
        measurements.filter(|measurement| filter.admits(measurement))
    }

    fn find_measurement(&self, id: &str) -> Result<&Measurement, Refusal> {
        let measurement = id.parse().ok().and_then(|id| self.measurements.find(id));
        measurement.ok_or_else(|| SORT.not_found(id))
    }
}
