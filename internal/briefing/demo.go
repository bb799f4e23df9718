package briefing

import (
	"context"

	"langso/internal/platform/db"
)

// demo adds to the illustrative province: one giao ban, one plan over the communes nearest the standard, a few tasks.
func (s *Service) demo(ctx context.Context) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		a, err := s.Public(ctx, "", "")
		if err != nil {
			return err
		}
		held := a.Period.To.AddDays(14)
		if today := s.clock.Today(); held > today {
			held = today
		}
		if _, err := s.HoldMeeting(ctx, a.Set.Code, a.Period.ID, held, "Buổi giao ban minh họa."); err != nil {
			return err
		}
		if err := s.demoPlan(ctx, a); err != nil {
			return err
		}
		return s.demoTasks(ctx, a)
	})
}

// demoPlan closes what the eight nearest communes lack, at costs made up for the purpose.
func (s *Service) demoPlan(ctx context.Context, a *Analysis) error {
	p := Plan{Set: a.Set.Code, Period: a.Period.ID, Name: "Khép khoảng thiếu của các xã gần chuẩn", Note: "Kịch bản minh họa; hạn và kinh phí là giả định."}
	quarters := quartersFrom(a.Period.To.AddDays(1), 4)
	for k, x := range a.Nearest(8) {
		for _, l := range x.Lacks {
			p.Gaps = append(p.Gaps, Gap{Unit: x.Row.Unit.ID, Item: l.Item, Due: quarters[k/3], CostVND: int64(150+50*k) * 1_000_000})
		}
	}
	if len(p.Gaps) == 0 {
		return nil
	}
	_, err := s.MakePlan(ctx, p)
	return err
}

// demoTasks leaves three open notes of visits and one that is done.
func (s *Service) demoTasks(ctx context.Context, a *Analysis) error {
	texts := []string{"Xã hẹn bổ sung minh chứng, Sở kiểm tra lại cùng xã.", "Cần hướng dẫn cách ghi mẫu số trong biểu.", "Đề nghị rà lại danh sách hộ trước khi nộp.", "Đã gặp trưởng thôn, thống nhất lịch làm việc."}
	var notes []Note
	for k, x := range a.Nearest(len(texts)) {
		notes = append(notes, Note{ClientID: "minh-hoa-" + string(rune('1'+k)), Unit: x.Row.Unit.ID, Set: a.Set.Code, Item: x.Lacks[0].Item, Body: texts[k] + " (minh họa)"})
	}
	if _, err := s.SendNotes(ctx, notes); err != nil || len(notes) == 0 {
		return err
	}
	last := notes[len(notes)-1]
	list, err := s.Tasks(ctx, TaskOpen, last.Unit)
	if err != nil || len(list) == 0 {
		return err
	}
	return s.MoveTask(ctx, list[0].ID, TaskDone)
}
