package password

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/crypto/argon2"
)

// Parameters are what a hash costs.
type Parameters struct {
	MemoryKiB uint32 // from 8 for each lane to 1 GiB
	Passes    uint32 // from 1 to 64
	Lanes     uint8  // from 1 to 64
}

// The bounds of what is verified: a hash that came from elsewhere must not take
// the machine down.
const (
	memoryMaxKiB = 1 << 20
	passesMax    = 64
	lanesMax     = 64
	encodedMax   = 255
	partMax      = 64 // bytes of a salt or a hash
)

func (p Parameters) check() error {
	switch {
	case p.Lanes < 1 || p.Lanes > lanesMax,
		p.Passes < 1 || p.Passes > passesMax,
		p.MemoryKiB < 8*uint32(p.Lanes) || p.MemoryKiB > memoryMaxKiB:
		return fmt.Errorf("password: the parameters m=%d,t=%d,p=%d are out of bounds", p.MemoryKiB, p.Passes, p.Lanes)
	}
	return nil
}

// Parse returns the parameters of a hash in the PHC form.
func Parse(encoded string) (Parameters, error) {
	h, err := parse(encoded)
	return h.Parameters, err
}

// hashed is a hash and how it was made.
type hashed struct {
	Parameters
	salt, sum []byte
}

// String returns the PHC form.
func (h hashed) String() string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, h.MemoryKiB, h.Passes, h.Lanes,
		base64.RawStdEncoding.EncodeToString(h.salt), base64.RawStdEncoding.EncodeToString(h.sum))
}

// errForm does not quote the hash: errors are logged.
var errForm = errors.New("password: this is no argon2id hash in the PHC form")

func parse(encoded string) (hashed, error) {
	var h hashed
	parts := strings.Split(encoded, "$")
	if len(encoded) > encodedMax || len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" ||
		parts[2] != "v="+strconv.Itoa(argon2.Version) {
		return h, errForm
	}
	numbers := strings.Split(parts[3], ",")
	if len(numbers) != 3 {
		return h, errForm
	}
	var n [3]uint64
	for i, name := range []string{"m=", "t=", "p="} {
		text, ok := strings.CutPrefix(numbers[i], name)
		v, err := strconv.ParseUint(text, 10, 32)
		if !ok || err != nil || i == 2 && v > lanesMax {
			return h, errForm
		}
		n[i] = v
	}
	h.Parameters = Parameters{MemoryKiB: uint32(n[0]), Passes: uint32(n[1]), Lanes: uint8(n[2])}
	var errSalt, errSum error
	h.salt, errSalt = base64.RawStdEncoding.Strict().DecodeString(parts[4])
	h.sum, errSum = base64.RawStdEncoding.Strict().DecodeString(parts[5])
	if errSalt != nil || errSum != nil || len(h.salt) < 8 || len(h.salt) > partMax || len(h.sum) < 16 || len(h.sum) > partMax {
		return h, errForm
	}
	return h, h.check()
}
