package auth

import "net/netip"

// Network is what an address is throttled by: an IPv4 address, or the /64 of an IPv6 address,
// of which one customer has all.
func Network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	if ip = ip.Unmap(); ip.Is4() {
		return ip.String()
	}
	prefix, _ := ip.Prefix(64)
	return prefix.String()
}
