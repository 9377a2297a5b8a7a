# default: what a phone dials when nothing else is said
case req.URI.User
  when /^(112|999)$/ then sys.Dial "#{req.URI.User}@emergency-out"
  when /^\d{3}$/     then sys.Dial "#{req.URI.User}@local"
  when /^0\d{8,9}$/  then sys.Dial "#{req.URI.User}@northline-dublin"
  else sys.Respond 404, "No such number"
end
