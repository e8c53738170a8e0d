use std::net::{Ipv4Addr, Ipv6Addr};

/// Blocks of `Fn::Cidr`: `count` consecutive subnets with `host_bits` bits for hosts. `None` when they do not fit.
pub(super) fn subnets(block: &str, count: u128, host_bits: u32) -> Option<Vec<String>> {
    let (address, prefix) = block.split_once('/')?;
    let prefix: u32 = prefix.parse().ok()?;
    if count == 0 || count > 256 {
        return None;
    }
    let (width, start) = match address.parse::<Ipv4Addr>() {
        Ok(address) => (32, u128::from(u32::from(address))),
        Err(_) => (128, u128::from(address.parse::<Ipv6Addr>().ok()?)),
    };
    if prefix > width || host_bits == 0 || host_bits >= width || prefix + host_bits > width {
        return None;
    }
    let subnet_bits = width - prefix - host_bits;
    if subnet_bits < 32 && count > 1 << subnet_bits {
        return None;
    }
    // Prefix 0 shifts by the whole width, which is not defined for the integer.
    let network_bits = width - prefix;
    let start = if network_bits >= 128 {
        0
    } else {
        start >> network_bits << network_bits
    };
    (0..count)
        .map(|index| {
            let address = start + (index << host_bits);
            let length = width - host_bits;
            Some(if width == 32 {
                format!("{}/{length}", Ipv4Addr::from(u32::try_from(address).ok()?))
            } else {
                format!("{}/{length}", Ipv6Addr::from(address))
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subnets_of_a_block() {
        assert_eq!(
            subnets("192.168.0.0/24", 6, 5).unwrap(),
            [
                "192.168.0.0/27",
                "192.168.0.32/27",
                "192.168.0.64/27",
                "192.168.0.96/27",
                "192.168.0.128/27",
                "192.168.0.160/27"
            ]
        );
        assert_eq!(
            subnets("2001:db8::/56", 2, 64).unwrap(),
            ["2001:db8::/64", "2001:db8:0:1::/64"]
        );
        assert_eq!(subnets("10.0.0.0/24", 9, 5), None);
        assert_eq!(subnets("10.0.0.0/24", 1, 9), None);
        assert_eq!(subnets("::/0", 2, 64).unwrap(), ["::/64", "0:0:0:1::/64"]);
        assert_eq!(subnets("nonsense", 1, 8), None);
    }
}
