//! This machine's address on the engine's network.

use std::net::Ipv4Addr;

use packaging::Engine;
use serde_json::Value;

/// The address that containers on the engine's default network know this machine by, where the
/// engine says.
pub(super) fn address(engine: &Engine) -> Option<Ipv4Addr> {
    let asked = ["network", "inspect", "bridge"];
    let asked = [&asked[..], &["--format", "{{json .IPAM.Config}}"]].concat();
    address_in(&engine.output(asked).ok()?)
}

/// The gateway of the first network of IPv4. Where that is not written down it is the first address.
fn address_in(networks: &str) -> Option<Ipv4Addr> {
    let networks: Vec<Value> = serde_json::from_str(networks).ok()?;
    let address = |network: &Value, field: &str| {
        let text = network[field].as_str()?;
        let (address, _) = text.split_once('/').unwrap_or((text, ""));
        address.parse::<Ipv4Addr>().ok()
    };
    networks.iter().find_map(|network| {
        let first = |subnet: Ipv4Addr| Ipv4Addr::from_bits(subnet.to_bits() + 1);
        let gateway = address(network, "Gateway");
        gateway.or_else(|| address(network, "Subnet").map(first))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_the_gateway_or_the_first_of_the_subnet() {
        let bridge = Some(Ipv4Addr::new(172, 17, 0, 1));
        for (networks, expected) in [
            (r#"[{"Subnet":"172.17.0.0/16"}]"#, bridge),
            (
                r#"[{"Subnet":"172.17.0.0/16","Gateway":"172.17.0.1"}]"#,
                bridge,
            ),
            (
                r#"[{"Subnet":"fd00::/80"},{"Subnet":"10.1.0.0/24","Gateway":"10.1.0.9/24"}]"#,
                Some(Ipv4Addr::new(10, 1, 0, 9)),
            ),
            ("[]", None),
            ("null", None),
        ] {
            assert_eq!(address_in(networks), expected, "{networks}");
        }
    }
}
