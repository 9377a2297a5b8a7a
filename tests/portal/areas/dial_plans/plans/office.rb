# Office hours, a queue of phones, then a mobile. “Quotes” and – dashes are fine in here, and so is it’s.
tz = -5
t = Time.now + ((tz + Time.now.dst? ? 1 : 0) * 60 * 60) rescue Time.now
DESK = {
  "front" => "front-desk-1@local",
  :back   => "back-desk@local",
  night: "0871550142@blueline[dt=5,cd=600]"
}
HOURS = [
  [1..5, 8...18],
  [6..6, 10...14]
]

def open_now?(time, hours)
  hours.any? { |days, span| days.include?(time.wday) && span.include?(time.hour) }
end

if sys.In then
  sys.Log "call from #{req.Header.From.FromName || 'nobody'} (“#{req.Header.From.FromURI.User}”) – open: #{open_now?(t, HOURS)}…"
  if open_now?(t, HOURS)
    sys.Dial DESK["front"], 20
    sys.Dial "#{DESK[:back]}&#{DESK[:night]}", 25
    sys.Respond 486, "Nous sommes occupés !" unless sys.LastFailureStatus == 480
  else
    sys.Respond 480, "We’re closed — try tomorrow…"
  end
else
  case num = req.URI.User.gsub(/[\s()-]/, "")
  when /^(112|999)$/ then sys.Respond(403, "No provider for emergency calls yet")
  when /\A(?:\+|00|011)([1-9]\d{6,14})\z/
    sys.Dial "#{$1}@international"
  when /^[*#]{1,2}(\d+)[*#]?$/, "star" then sys.Log(%Q{code #{$1}})
  when "100", '101',
       "102"
    sys.Dial "desk-#{num}@local"
  else sys.Dial "#{num}@blueline"
  end
end
