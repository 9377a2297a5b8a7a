# names of callers, as the other side sends them
NAMES = { "O’Brien" => "vip", "Mary–Jane" => "vip", "Café “Zwölf”" => "shop", "Jürgen" => "home" }
name = req.Header.From.FromName.to_s.gsub("’", "'").tr("–—", "--").delete(" ​")
clean = req.URI.User.gsub(/[-–—‐ \s]/, "")
größe = name.length
sys.Log "größe: #{größe} · name: «#{name}» → #{NAMES[name]} 👨‍👩‍👧 ❤️"
if NAMES[name] == "vip" or name =~ /^(?:d’Arcy|O’Neill)$/i
  sys.Dial "desk@local", 30
elsif name == "ليلى"
  sys.Respond(480, "غير متاح الآن")
elsif name.match(/\p{Han}/u)
  sys.Respond 486, "忙，请稍后再拨。（晚上）"
else
  sys.Email "desk@example.org", "Missed call – #{name}", "It’s from “#{clean}”…"
  sys.SetFromHeader "Réception – étage 2", "014400142", "example.org"
  sys.Dial "#{clean}@blueline"
end
