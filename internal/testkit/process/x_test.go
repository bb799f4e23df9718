package process
import ("testing";"langso/internal/testkit")
func TestX(t *testing.T){
 n:=testkit.Start(t, testkit.Options{Demo:true})
 p:=newProgram(n,"")
 us:=communes(t,p)
 for _, bad := range []string{"Xã Lộc Hưng","Lộc Hưng"} {
 out := [][]any{{"TT", "Xã", "Chỉ tiêu 10", "Chỉ tiêu 2.1", "Chỉ tiêu 17.4"}}
 for i,u := range us[:5] { out=append(out, []any{i+1, u.Name, 50,50,50})}
 out=append(out, []any{6, bad, 5, 16, 11})
 for i,u := range us[5:8] { out=append(out, []any{i+7, u.Name, 50,50,50})}
 f:=t.TempDir()+"/a.xlsx"
 write(t,f, book(t,out))
 r:=n.CLI("import","results","--set",set,"--period",period,"--dry-run","--rows","--json",f)
 t.Log(r.Code, r.Stdout, r.Stderr)
 }
}
