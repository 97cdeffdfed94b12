package store

import (
	"os"
	"strings"
	"testing"
	"time"
)

func TestADSNMayListNodes(t *testing.T) {
	t.Parallel()
	all, err := mysqlConfigs("yimi:p@ss/(w,o:r)d@tcp(10.0.0.1:3306, 10.0.0.2, db3.example:3307)/yimi?maxAllowedPacket=0")
	if err != nil || len(all) != 3 {
		t.Fatal(len(all), err)
	}
	for i, addr := range []string{"10.0.0.1:3306", "10.0.0.2:3306", "db3.example:3307"} {
		if c := all[i]; c.Addr != addr || c.User != "yimi" || c.Passwd != "p@ss/(w,o:r)d" || c.DBName != "yimi" || c.MaxAllowedPacket != 0 ||
			c.ReadTimeout != 3*time.Second || c.Timeout != time.Second || c.Params["wsrep_sync_wait"] != "1" {
			t.Errorf("%d: %s", i, c.FormatDSN())
		}
	}
	for _, dsn := range []string{"u:a,b@tcp(h:3306)/yimi", "u:tcp(a,b)/@tcp(h:3306)/yimi", "u@unix(/run/a,b)/yimi"} {
		if all, err := mysqlConfigs(dsn); err != nil || len(all) != 1 || all[0].ReadTimeout != 30*time.Second || all[0].Params["wsrep_sync_wait"] != "" {
			t.Errorf("%s: %v, %v", dsn, all, err)
		}
	}
	if all, err := mysqlConfigs("u@tcp(a:1,b:2)/yimi?readTimeout=5m"); err != nil || all[1].ReadTimeout != 5*time.Minute {
		t.Error("the time-out of the DSN is not kept")
	}
}

// Two servers that do not know of each other are no cluster: what one took the other lacks.
func TestSeveralAddressesAreForGaleraAlone(t *testing.T) {
	t.Parallel()
	server := os.Getenv("YIMI_TEST_MYSQL")
	if server == "" {
		t.Skip("YIMI_TEST_MYSQL is not set")
	}
	alone, err := Open(t.Context(), "mysql:"+server+"mysql")
	check(t, err)
	defer func() { _ = alone.Close() }()
	if alone.galera {
		t.Skip("this server is a Galera node")
	}
	_, err = Open(t.Context(), "mysql:"+strings.Replace(server, "tcp(", "tcp(127.0.0.1:1,", 1)+"mysql")
	if err == nil || !strings.Contains(err.Error(), "no Galera node") || !strings.Contains(err.Error(), "127.0.0.1:1: ") {
		t.Errorf("got %v", err)
	}
}
