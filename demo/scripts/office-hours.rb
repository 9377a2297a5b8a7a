# office-hours: front desk first, then Niamh's mobile, then the tape
DESK   = ["front-desk-1@harbour-dental.example",
          "front-desk-2@harbour-dental.example"]
NIAMH  = "0871550142"
NIGHT  = "after-hours-answering-service@harbour-dental.example"

now  = Time.now.utc
open = (1..5).include?(now.wday) && (8..17).include?(now.hour)

if sys.In then
  sys.Log "call from #{req.Header.From} to #{req.URI.User}"

  if open then
    # ring both desks for 20 seconds
    sys.Dial DESK.join("&"), 20

    # nobody free: the mobile, but show our own number
    if sys.LastFailureStatus == 480 || sys.LastFailureStatus == 486
      sys.Log "desk busy, trying Niamh"
      sys.Dial "#{NIAMH}@blueline-trunk[fu=014400142]", 25
    end
  end

  # closed, or nobody answered
  sys.Dial NIGHT
else
  case req.URI.User
    when /^(112|999)$/ then sys.Dial "#{req.URI.User}@emergency-out"
    when /^00/         then sys.Respond 403, "No foreign calls from here"
    when /^0\d{8,9}$/  then sys.Dial "#{req.URI.User}@northline-dublin"
    when /^\d{3}$/     then sys.Dial "#{req.URI.User}@local"
    else sys.Respond 404, "No such number"
  end
end
